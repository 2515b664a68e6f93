"""Data sets of people beside each other: published figures with their sources, and a data set's own."""
