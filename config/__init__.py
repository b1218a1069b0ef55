"""What an organisation decides, and nothing else: settings, organisation, themes, calendar, sources."""
