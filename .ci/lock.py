"""Writes constraints.txt: the exact version of every package that the application and its extras need.

Asks pip to resolve without installing, so that the file holds what is needed and nothing that happens to be installed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
HEADER = "# Exact versions of everything the application and its extras install. Written by `make lock`.\n"


def resolve(project: dict[str, object], upgrade: bool) -> dict[str, str]:
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
        command += ["--dry-run", "--ignore-installed", "--report", str(report), f"{ROOT}[{','.join(extras)}]"]
        if not upgrade and CONSTRAINTS.exists():
            command += ["--constraint", str(CONSTRAINTS)]
        subprocess.run(command, check=True)
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = {entry["metadata"]["name"].lower(): entry["metadata"]["version"] for entry in installs}
    # "+cpu" and the like name one build of a version; the plain version resolves wherever one of its builds does.
    return {name: version.partition("+")[0] for name, version in found.items() if name != project["name"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions instead of the present pins")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        pins = resolve(project, parser.parse_args().upgrade)
    except subprocess.CalledProcessError as error:
        sys.stderr.write("pip found no versions that go together; constraints.txt is as it was\n")
        return error.returncode
    lines = "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))
    partial = CONSTRAINTS.with_suffix(".partial")
    partial.write_text(HEADER + lines, encoding="utf-8")
    os.replace(partial, CONSTRAINTS)
    sys.stdout.write(f"{len(pins)} packages pinned in {CONSTRAINTS.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
