"""What a document means: its rating, its twins in other sources, and how the classifier learns."""
