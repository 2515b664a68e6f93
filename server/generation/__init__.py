"""One generation for a client: its request prepared, run under deadline and patience, and told as events."""
