"""One file of many documents: what belongs together, its steps, windows, people and cases."""
