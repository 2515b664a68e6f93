"""OpenAI's images API: its names for a request, its shapes of an answer and of events. It does not know routes."""
