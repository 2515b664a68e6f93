"""How weights are stored in a graph: smaller, or by their place in another graph's file."""
