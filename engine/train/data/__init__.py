"""Training data: rows, pictures and label maps as samples, and their cached latents."""
