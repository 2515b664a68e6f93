"""The engine turns a description of a person into pictures; it knows nothing of HTTP."""
