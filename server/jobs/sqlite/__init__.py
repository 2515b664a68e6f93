"""Jobs on this machine's disk, in one SQLite file."""
