"""Measurements, not part of the application: `make bench`."""

import os

# What is promised of speed is promised without the extra, wherever it happens to be installed.
os.environ.setdefault("UTBLICK_EMBEDDINGS", "off")
