"""Which runtime was chosen, kept beside what was compiled, so that a restart gives the same pictures."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.errors import WireError
from engine.files import json_fields
from engine.files.whole import whole_file

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen.

    Attributes:
        provider: openvino or cpu.
        reason: What was measured, for the log.
    """

    provider: str
    reason: str

    def __post_init__(self) -> None:
        if self.provider not in ("openvino", "cpu"):
            raise ValueError(f"provider must be openvino or cpu; got {self.provider[:40]!r}")


def remembered(folder: Path, facts: Sequence[object]) -> Choice | None:
    """What was chosen for the same model, versions and machine; None where nothing readable is kept."""
    path = _path(folder, facts)
    try:
        return json_fields.read(json.loads(path.read_text(encoding="utf-8")), Choice)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, WireError) as error:
        logger.warning("%s cannot be read, and the runtimes are measured again: %s", path, str(error)[:200])
        return None


def remembering(folder: Path, facts: Sequence[object], choice: Choice) -> None:
    """Keeps a choice; where that fails the next start measures again."""
    path = _path(folder, facts)
    try:
        with whole_file(path) as temporary:
            temporary.write_text(json.dumps(asdict(choice)) + "\n", encoding="utf-8")
    except OSError as error:
        logger.warning("%s cannot be written, and the next start measures again: %s", path, error.strerror)


def _path(folder: Path, facts: Sequence[object]) -> Path:
    digest = hashlib.sha256("\n".join(str(fact) for fact in facts).encode()).hexdigest()
    return folder / f"choice-{digest[:24]}.json"
