"""Traces of requests for an OpenTelemetry collector; the only room that knows OpenTelemetry, an extra of its own."""
