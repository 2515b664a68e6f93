"""Runs what is in an image's root folder as the image says, in its own mount namespace, and asks it for a picture.

`containers/try` starts it: ROOT is the mounted image, FOLDER holds image.json (what buildah tells of the image) and
takes picture.png. The root is mounted read-only; /tmp and the state are the only folders that can be written.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 120
STATE = "/var/lib/cosmicman"
PNG = b"\x89PNG\r\n\x1a\n"


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def close(root: str) -> None:
    """The root read-only, with what a runtime mounts in it."""
    mount("--bind", root, root)
    mount("--types", "proc", "proc", f"{root}/proc")
    mount("--rbind", "/dev", f"{root}/dev")
    mount("--types", "tmpfs", "--options", "size=256m,mode=1777", "tmpfs", f"{root}/tmp")
    mount("--types", "tmpfs", "--options", "size=64m,uid=10001,gid=10001,mode=750", "tmpfs", root + STATE)
    mount("--options", "remount,bind,ro", root)


class Image:
    def __init__(self, root: str, configuration: dict[str, Any]) -> None:
        self.root = root
        self.entrypoint: list[str] = configuration["Entrypoint"]
        self.command: list[str] = configuration["Cmd"]
        self.health: list[str] = configuration["Healthcheck"]["Test"]
        self.environment = dict(each.split("=", 1) for each in configuration["Env"])
        self.user, _, self.group = configuration["User"].partition(":")
        self.folder: str = configuration["WorkingDir"]

    def start(self, command: list[str], **settings: str) -> "subprocess.Popen[str]":
        """A process as a runtime would start it: the image's user, no privileges and no way to get any."""
        given = [f"{name}={value}" for name, value in {**self.environment, **settings}.items()]
        drop = ["--reuid", self.user, "--regid", self.group, "--clear-groups", "--no-new-privs"]
        drop += ["--bounding-set=-all", "--inh-caps=-all"]
        inner = ["setpriv", *drop, "--", "env", "--ignore-environment", f"--chdir={self.folder}", *given, *command]
        return subprocess.Popen(
            ["chroot", self.root, *inner], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
        )

    def run(self, *command: str, **settings: str) -> tuple[int, str]:
        """Status and output of a command in the image."""
        with self.start(list(command), **settings) as process:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
        return process.returncode, out + err


def expect(what: str, holds: bool, seen: object = "") -> None:
    sys.stdout.write(f"  {'yes' if holds else 'NO'}: {what}\n")
    if not holds:
        raise SystemExit(f"{what}: {seen}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ask(url: str, key: str = "", body: dict[str, Any] | None = None) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json", "Accept": "image/png"}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def look_around(image: Image) -> None:
    """What must not be possible in it."""
    expect("the user is 10001", image.run("id", "-u") == (0, "10001\n"), image.run("id", "-u"))
    written = image.run("sh", "-c", "touch /opt/cosmicman/x /usr/x")
    expect("the root is read-only", written[0] != 0 and "Read-only file system" in written[1], written)
    for module in ("torch", "diffusers", "transformers", "pip"):
        found = image.run("python", "-c", f"import {module}")
        expect(f"{module} is not in its environment", found[0] != 0 and "ModuleNotFoundError" in found[1], found)
    expect("there is no compiler", image.run("sh", "-c", "command -v cc gcc make")[0] != 0)
    refused = image.run(*image.entrypoint, *image.command)
    refusal = refused[0] == 2 and "keys add" in refused[1]
    expect("it does not start without keys where others reach it", refusal, refused)


def serve(image: Image, folder: Path) -> None:
    """A key, a start, the probes, a picture, an end."""
    status, key = image.run("cosmicman", "keys", "add", "try")
    expect("it makes a key", status == 0, key)
    key = key.splitlines()[0].strip()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    began = time.monotonic()
    settings = {"COSMICMAN_PORT": str(port), "COSMICMAN_DRAIN_SECONDS": "10"}
    with image.start([*image.entrypoint, *image.command], **settings) as server:
        while ask(f"{url}/readyz")[0] != 200:
            late = time.monotonic() - began > PATIENCE_SECONDS
            if late or server.poll() is not None:
                server.kill()
                raise SystemExit("".join(server.communicate()))
            time.sleep(0.1)
        expect(f"/readyz answers 200, {time.monotonic() - began:.1f} s after the start", True)
        assert image.health[0] == "CMD"
        healthy = image.run(*image.health[1:], COSMICMAN_PORT=str(port))
        expect("its HEALTHCHECK succeeds", healthy[0] == 0, healthy)
        wish = {"description": "a full-body shot, a woman in a red dress, long black hair", "seed": 7}
        expect("without a key it draws nothing", ask(f"{url}/generate", "", wish)[0] == 401)
        began = time.monotonic()
        status, picture = ask(f"{url}/generate", key, wish)
        drawn = status == 200 and picture[:8] == PNG
        expect(f"it draws a picture, in {time.monotonic() - began:.1f} s", drawn, picture[:300])
        (folder / "picture.png").write_bytes(picture)
        status_file = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
        facts = dict(re.findall(r"^(\w+):\s*(.*)$", status_file, re.MULTILINE))
        privileges = {facts[name] for name in ("CapEff", "CapPrm", "CapBnd")}
        expect("the server has no capabilities", privileges == {"0" * 16} and facts["NoNewPrivs"] == "1", facts)
        expect("the server's user is 10001", set(facts["Uid"].split()) == {"10001"}, facts["Uid"])
        server.terminate()
        drain(url, key, wish)
        out = server.communicate(timeout=PATIENCE_SECONDS)
        expect("then it ends with status 0", server.returncode == 0, out)
    sick = image.run(*image.health[1:], COSMICMAN_PORT=str(port))
    expect("its HEALTHCHECK fails when it is gone", sick[0] != 0, sick)


def drain(url: str, key: str, wish: dict[str, Any]) -> None:
    """What a server that was told to stop still does, so that a cluster loses no request."""
    began = time.monotonic()
    while (status := ask(f"{url}/readyz")[0]) == 200 and time.monotonic() - began < PATIENCE_SECONDS:
        time.sleep(0.05)
    expect("told to stop, it says that it is not ready", status == 503, status)
    expect("it is alive", ask(f"{url}/healthz")[0] == 200)
    expect("it takes a request, and draws", ask(f"{url}/generate", key, wish)[0] == 200)


def main() -> None:
    """ROOT FOLDER."""
    root, folder = sys.argv[1], Path(sys.argv[2])
    described = json.loads((folder / "image.json").read_text(encoding="utf-8"))
    close(root)
    image = Image(root, described["Docker"]["config"])
    look_around(image)
    serve(image, folder)


if __name__ == "__main__":
    main()
