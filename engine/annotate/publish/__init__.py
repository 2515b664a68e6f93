"""A data set to train on: CosmicMan-HQ's rows, WebDataset shards, and a card that says what is in it."""
