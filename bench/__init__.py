"""Measurements, not part of the application: `make bench`."""
