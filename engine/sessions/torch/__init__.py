"""Sessions in PyTorch."""
