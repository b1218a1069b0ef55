"""The archive in the browser: server-rendered pages, feeds, exports and a JSON interface.

`app.create` gives the whole of it, `public.create` only what a letter's reader needs from outside.
"""
