"""What a person typed wrong, as opposed to what went wrong.

::

    UsageError               exit status 2
    └── MissingExtraError    the command needs packages that serving does not
"""


class UsageError(Exception):
    """The message is one line that says what was expected and what came."""


class MissingExtraError(UsageError):
    """A package of an extra is not installed; the message says how to install it."""
