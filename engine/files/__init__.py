"""Reading and writing files: whole or not at all, digests, and JSON by declared fields."""
