"""What stands in a description and is no language: other tools' syntax, found before any word is read."""

from engine.description.syntax.found import Cut, Ignored
from engine.description.syntax.scan import Syntax

__all__ = ["Cut", "Ignored", "Syntax"]
