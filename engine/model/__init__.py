"""A bundle's graphs as one model: texts and latents in, predictions and pictures out."""
