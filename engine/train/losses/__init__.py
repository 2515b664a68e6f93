"""Losses: noise, HOLA on captured attention, and rollouts."""
