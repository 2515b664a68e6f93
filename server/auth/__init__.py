"""Who may ask: API keys, the file that knows them by their digests, and the check of each request."""
