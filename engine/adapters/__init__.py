"""Low-rank adapters of a UNet: files that an operator registered, checked whole and laid side by side for a forward."""
