"""A server in Triton's place, run as a program: its first starts come to nothing as Triton's do, the next ones do not.

`stand_in.py FOLDER PLAN... -- FLAGS...`: start n follows word n of the plan, the last word for all later ones; FOLDER
keeps the count. Triton itself comes to such ends by chance alone, on a machine that is too busy.
"""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from tritonclient.grpc import service_pb2, service_pb2_grpc

GREETING = "I1130 07:00:00.000000 1 server.cc:1] starting"
REASON = "the bundle is damaged"


class Service(service_pb2_grpc.GRPCInferenceServiceServicer):
    def __init__(self, *, ready: bool) -> None:
        self.ready = ready

    def ModelReady(self, request: object, context: object) -> service_pb2.ModelReadyResponse:
        return service_pb2.ModelReadyResponse(ready=self.ready)


def main() -> None:
    folder, *rest = sys.argv[1:]
    plan, flags = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    mark = Path(folder, "starts")
    start = int(mark.read_text(encoding="utf-8")) if mark.exists() else 0
    mark.write_text(str(start + 1), encoding="utf-8")
    follow(plan[min(start, len(plan) - 1)], " ".join(flags))


def follow(word: str, flags: str) -> None:
    if word == "dies":  # Triton 2.51, when an instance was silent for a second while it loaded
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == "refuses":
        say(GREETING)
        say(f"failed to load 'cosmicman' version 1: Internal: TritonModelException: {REASON}")
        sys.exit(1)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])  # an instance
    server = grpc.server(ThreadPoolExecutor(2))
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(Service(ready=word == "serves"), server)
    port = re.search(r"--grpc-port=(\d+)", flags)
    assert port is not None
    server.add_insecure_port(f"127.0.0.1:{port[1]}")
    server.start()
    if word == "waits":  # the same for an instance of which it does not know that it is well
        say("I1130 07:00:00.000000 1 model.py:1] 2026-11-30 07:00:00,000 INFO cosmicman tiny is loaded")
    time.sleep(3600)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
