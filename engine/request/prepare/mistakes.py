"""All that is wrong with a request, gathered while it is read, so that the caller hears of it at once."""

from collections.abc import Mapping, Sequence

from engine.errors import RequestError


class Mistakes:
    """Messages by the field they are about; a field with none is right."""

    def __init__(self, known: Mapping[str, Sequence[str]], order: Sequence[str]) -> None:
        """Begins with mistakes that are known.

        Args:
            known: Messages by field.
            order: Fields in the order they are told in; others come after them.
        """
        self._found = {field: list(messages) for field, messages in known.items()}
        self._order = {field: place for place, field in enumerate(order)}

    def add(self, field: str, message: str) -> None:
        """Takes note of a mistake; the message says what was expected and what came."""
        self._found.setdefault(field, []).append(message)

    def right(self, *fields: str) -> bool:
        """Whether nothing is known to be wrong with any of the fields: others may be judged by their values."""
        return self._found.keys().isdisjoint(fields)

    def check(self) -> None:
        """Ends the reading where anything is wrong.

        Raises:
            RequestError: With every mistake.
        """
        if self._found:
            fields = sorted(self._found, key=lambda field: self._order.get(field, len(self._order)))
            raise RequestError.of({field: self._found[field] for field in fields})
