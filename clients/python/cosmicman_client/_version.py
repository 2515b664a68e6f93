"""The version of this package, which is also in its user agent."""

__version__ = "0.1.0"
