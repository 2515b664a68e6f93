"""Addresses of networks, for whoever fetches or sends on somebody else's word."""
