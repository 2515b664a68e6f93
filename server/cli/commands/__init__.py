"""The commands of `cosmicman`, one a file."""
