"""Measurements of a whole bundle that its manifest keeps."""
