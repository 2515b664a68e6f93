"""The gateway's endpoints, one concern a file."""
