"""Rows that a caller brings: latents and timesteps in, what the UNet says of them out; no sampler, no picture."""
