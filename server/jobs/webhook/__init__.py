"""Telling a receiver that a job has ended: signed, again until it takes it, and never inside the operator's network."""
