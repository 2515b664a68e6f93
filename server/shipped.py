"""Where the models that come with the application lie: in a checkout beside the source, when installed in this package.

pyproject.toml puts them there; it knows folders and nothing of what is in them.
"""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def shipped_model(name: str) -> Path:
    """Folder of `figurine-bundle` or `judge`; where neither place has it, the checkout's, for a message to name."""
    installed = _HERE / "models" / name
    return installed if installed.is_dir() else _HERE.parent / "models" / name
