"""Briefing → e-mail, text, calendar. No database, no network."""
