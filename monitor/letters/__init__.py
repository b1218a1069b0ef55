"""The weekly letter: what it is composed of, its edition, its posting; and the report of a period."""
