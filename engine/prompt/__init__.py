"""A parsed description as windows of tokens for the text encoder."""
