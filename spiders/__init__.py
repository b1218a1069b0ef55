"""The outside world → Finding. One module per platform; no database, no classifier."""
