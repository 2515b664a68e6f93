"""The engine bundle: what `cosmicman export` writes and the engine runs, read and verified."""
