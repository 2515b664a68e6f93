"""Regions: which pixels of a picture show which item, and which of them a body group's words are about."""
