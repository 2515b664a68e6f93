"""A graph that refers to the weights of another one, in place of a copy of them."""
