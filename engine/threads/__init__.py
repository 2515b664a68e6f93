"""Threads that compute beside others that answer."""
