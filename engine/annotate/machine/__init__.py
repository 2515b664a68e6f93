"""Machine annotators behind one interface: a server's vision model, a model on this machine, a small network."""
