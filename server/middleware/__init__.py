"""ASGI middleware: each a plain class with one concern, in a file of its own."""
