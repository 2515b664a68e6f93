"""The engine turns a description of a person into pictures; it knows nothing of HTTP."""

from engine.no_telemetry import switch_off

#: The application's one version: pyproject.toml, the command line, the API and the pictures' metadata read it here.
__version__ = "0.1.0"

switch_off()
