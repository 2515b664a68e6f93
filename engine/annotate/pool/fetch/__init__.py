"""Fetching pictures from servers that may hang, lie, forbid it, or lead into a private network."""
