"""Captions: what is said of a sample in a step, which tokens say it, and the states they are read as."""
