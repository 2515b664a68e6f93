"""The training loop: steps, rates, averages, checkpoints and processes; it does not know what is trained."""
