"""What benchmarks share: the machine's description, models and loads."""
