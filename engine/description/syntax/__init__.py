"""What stands in a description and is no language: other tools' syntax, found before any word is read."""

from engine.description.syntax.scan import Ignored, Syntax

__all__ = ["Ignored", "Syntax"]
