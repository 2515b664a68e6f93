"""Measurements of how words are read: patterns that may grow slow, annotated texts, pictures of what is forbidden."""
