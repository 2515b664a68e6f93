"""Where a Triton to run is: on PATH, or the binaries of the nvidia-pytriton wheel, of which nothing else is needed.

It knows files and flags; it starts nothing.
"""

import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from server.triton.errors import TritonError

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "COSMICMAN_TRITON"
STUB = "triton_python_backend_stub"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A tritonserver, with what a wheel's one does not find by itself.

    Attributes:
        server: The executable.
        backends: Folder with the Python backend; None where the server knows its own.
        stub: The Python backend's program for this version of Python; None where it lies beside the backend.
        libraries: Folders for the dynamic linker.
    """

    server: Path
    backends: Path | None = None
    stub: Path | None = None
    libraries: tuple[Path, ...] = field(default=())

    def environment(self) -> dict[str, str]:
        """What the server's process needs: libraries for the linker, and our packages for its Python."""
        libraries = [*map(str, self.libraries), os.environ.get("LD_LIBRARY_PATH", "")]
        packages = dict.fromkeys([str(ROOT), *filter(None, sys.path)])
        return {
            **os.environ,
            "LD_LIBRARY_PATH": os.pathsep.join(path for path in libraries if path),
            "PYTHONPATH": os.pathsep.join(packages),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def assemble(self, folder: Path) -> Path | None:
        """A backend folder with the right stub in it, for a wheel; None where the server needs none."""
        if self.backends is None or self.stub is None:
            return None
        python = folder / "python"
        python.mkdir(parents=True)
        for file in (*(self.backends / "python").iterdir(), self.stub):
            if file.is_file():
                shutil.copy(file, python)
        (python / STUB).chmod(0o755)
        return folder


def find_installation() -> Installation:
    """The Triton to run.

    Raises:
        TritonError: There is none; it says how to get one.
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = _of_wheel(Path(named))
        if found is None:
            raise TritonError(
                f"{VARIABLE} must name a folder that holds the nvidia-pytriton wheel; got {named[:200]!r}"
            )
        return found
    on_path = shutil.which("tritonserver")
    if on_path is not None:
        return Installation(server=Path(on_path))
    spec = find_spec("pytriton")
    folders = [ROOT / ".triton" / "wheel", *(Path(spec.origin).parents[1:2] if spec and spec.origin else ())]
    for folder in folders:
        found = _of_wheel(folder)
        if found is not None:
            return found
    raise TritonError(
        "no tritonserver on PATH, and no nvidia-pytriton wheel to take one from; "
        "`make .triton/.installed` fetches it on Linux x86-64, or name a running one: --engine triton://host:port"
    )


def _of_wheel(folder: Path) -> Installation | None:
    home = folder / "pytriton" / "tritonserver"
    server = home / "bin" / "tritonserver"
    if not server.is_file():
        return None
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    stub = home / "python_backend_stubs" / version / STUB
    if not stub.is_file():
        known = ", ".join(sorted(path.name for path in stub.parents[1].iterdir()))
        raise TritonError(f"{folder}: this Triton runs models in Python {known}; this is Python {version}")
    libraries = (folder / "nvidia_pytriton.libs", Path(str(sysconfig.get_config_var("LIBDIR"))))
    return Installation(server=server, backends=home / "backends", stub=stub, libraries=libraries)
