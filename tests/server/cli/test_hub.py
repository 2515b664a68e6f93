"""Models from the hub: which files are taken, a real download from a hub on loopback, and what is said without one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from server.cli.hub import is_hub_id, wanted_files
from server.triton.ports import held_port

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "model_index.json": b'{"_class_name": "StableDiffusionPipeline"}',
    "unet/config.json": b"{}",
    "unet/diffusion_pytorch_model.safetensors": b"weights",
    "unet/diffusion_pytorch_model.fp16.safetensors": b"half",
    "unet/diffusion_pytorch_model.bin": b"pickled",
    "tokenizer/merges.txt": b"#",
    "v1-5-pruned.safetensors": b"everything once more",
    "safety_checker/model.safetensors": b"not ours",
    "README.md": b"words",
}


def test_what_is_taken_and_what_is_left() -> None:
    assert wanted_files(FILES) == [
        "model_index.json",
        "tokenizer/merges.txt",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
    ]
    assert "unet/diffusion_pytorch_model.fp16.safetensors" in wanted_files(FILES, variant="fp16")
    assert "unet/diffusion_pytorch_model.safetensors" not in wanted_files(FILES, variant="fp16")
    assert wanted_files(FILES, variant="bf16") == wanted_files(FILES)


def test_the_only_variant_and_every_shard_are_taken() -> None:
    names = [
        "unet/diffusion_pytorch_model.fp16-00001-of-00002.safetensors",
        "unet/diffusion_pytorch_model.fp16-00002-of-00002.safetensors",
        "unet/diffusion_pytorch_model.safetensors.index.fp16.json",
        "vae/diffusion_pytorch_model.safetensors",
    ]
    assert wanted_files(names) == names
    assert wanted_files(["config.json", "diffusion_pytorch_model.safetensors", "vae/config.json"], parts=("unet",)) == [
        "config.json",
        "diffusion_pytorch_model.safetensors",
    ]


def test_a_path_is_no_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs/model").mkdir(parents=True)
    assert is_hub_id("cosmicman/CosmicMan-SDXL")
    for text in ("runs/model", "./a/b", "/models/sdxl", "model", "a/b/c", "../model", "a b/c"):
        assert not is_hub_id(text), text


class Hub(BaseHTTPRequestHandler):
    """As much of the hub's protocol as a download needs."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        if path.startswith(("/api/models/owner/gated", "/owner/gated")):
            return self._send(403, {"X-Error-Code": "GatedRepo"}, b"", body=body)
        if path.startswith("/api/models/owner/name/tree/"):
            tree = [{"type": "file", "path": n, "size": len(d), "oid": "0" * 40} for n, d in FILES.items()]
            return self._send_json(tree, body=body)
        if path.startswith("/api/models/owner/name"):
            siblings = [{"rfilename": name} for name in FILES]
            return self._send_json({"id": "owner/name", "sha": COMMIT, "siblings": siblings}, body=body)
        data = FILES.get(path.removeprefix(f"/owner/name/resolve/{COMMIT}/"))
        if data is None:
            return self._send(404, {"X-Error-Code": "EntryNotFound"}, b"", body=body)
        etag = f'"{path.replace("/", "-")}"'
        return self._send(200, {"X-Repo-Commit": COMMIT, "ETag": etag}, data, body=body)

    def _send_json(self, value: Any, *, body: bool) -> None:
        self._send(200, {"Content-Type": "application/json"}, json.dumps(value).encode(), body=body)

    def _send(self, status: int, headers: dict[str, str], data: bytes, *, body: bool) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def download(tmp_path: Path) -> Callable[[str, int], str]:
    """`download("owner/name", port)` in a process of its own with a cache of its own: its answer or its error."""
    code = (
        "import sys\nfrom server.cli.hub import download\n"
        "try: print(download(sys.argv[1]))\nexcept ValueError as error: print(error)"
    )

    def run(repository: str, port: int) -> str:
        environment = {
            **os.environ,
            "HF_HOME": str(tmp_path / "hub"),
            "HF_ENDPOINT": f"http://127.0.0.1:{port}",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "NO_PROXY": "127.0.0.1",
        }
        command = [sys.executable, "-c", code, repository]
        root = Path(__file__).parents[3]
        result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    return run


def test_a_download_brings_what_is_wanted_and_is_there_when_the_hub_is_not(
    hub: ThreadingHTTPServer, download: Callable[[str, int], str]
) -> None:
    folder = Path(download("owner/name", hub.server_port))
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found == {name: FILES[name] for name in wanted_files(FILES)}
    with held_port() as closed:
        assert Path(download("owner/name", closed)) == folder


def test_a_gated_repository_says_how_to_get_in(hub: ThreadingHTTPServer, download: Callable[[str, int], str]) -> None:
    message = download("owner/gated", hub.server_port)
    assert message.startswith("owner/gated: no such folder, and the hub answers 403; accept its licence")


def test_without_a_hub_the_message_says_so(download: Callable[[str, int], str]) -> None:
    with held_port() as closed:
        message = download("cosmicman/CosmicMan-SDXL", closed)
    assert "cosmicman/CosmicMan-SDXL: no such folder, not downloaded before, and the hub cannot be reached" in message
