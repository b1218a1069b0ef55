"""The application: archive, intake, search, briefings, outbox, command line."""
