"""Keeping an eye on the sources: when they are due, how they are, what changed in them, what they said."""
