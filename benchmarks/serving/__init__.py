"""Benchmarks of the gateway: what it costs, and what it does when it is asked too much."""
