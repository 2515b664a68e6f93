"""Measures what an edit changes, and what it leaves alone."""
