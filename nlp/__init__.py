"""Text → Assessment: themes, relevance, direction, each with its evidence."""
