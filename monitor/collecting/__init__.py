"""From a declared source to the archive: one scan, its intake, and what is read again."""
