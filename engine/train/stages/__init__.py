"""Stages: each trains one part of the model and knows nothing of the others."""
