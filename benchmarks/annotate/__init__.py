"""Benchmarks of the data flywheel."""
