"""The judge: a classifier of figures that answers questions about pictures."""
