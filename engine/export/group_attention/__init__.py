"""The UNet's second output: how its attention is shared out among body groups, cell by cell."""
