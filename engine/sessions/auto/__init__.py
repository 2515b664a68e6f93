"""What runs the graphs where the settings leave it open."""

from engine.sessions.auto.sessions import sessions_for

__all__ = ["sessions_for"]
