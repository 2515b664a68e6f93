"""What can go wrong with a ledger.

::

    LedgerError             the file cannot be used; the message names it
    ├── LedgerFullError     no room for it on the disk; nothing of the last step was kept
    └── RoundRunningError   another process runs a round of it
"""

from engine.errors import EngineError


class LedgerError(EngineError):
    """The file cannot be used."""


class LedgerFullError(LedgerError):
    """No room: what was being written was not kept, what was there before is whole."""


class RoundRunningError(LedgerError):
    """Two rounds at once would ask people twice."""
