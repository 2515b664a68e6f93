"""Webhooks: signed as the standard says, never into a private network, again until they are taken."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import create_app
from server.jobs.webhook import send as sending
from server.jobs.webhook.address import AddressError, Receiver, is_public, read_url, resolve
from server.jobs.webhook.send import SendError, send
from server.jobs.webhook.signature import headers
from server.settings import Settings, read_settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DRESS = {"description": "a woman in a canary dress", "seed": 7}
PATIENCE_SECONDS = 60


class Hook:
    """A receiver on loopback that answers with the next of `answers`, the last of them for ever."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers) or [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
            body = await reader.readexactly(int(fields["content-length"]))
            self.requests.append((head[0], fields, body))
            writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
            await writer.drain()
        writer.close()

    @contextlib.asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
        server = await asyncio.start_server(self, "127.0.0.1", 0, ssl=tls)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.requests) < count:
                await asyncio.sleep(0.02)


def test_signature_is_the_standard_s() -> None:
    signed = headers(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "168.63.129.16", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "::127.0.0.1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "nonsense"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://shop.example.org/x", "https"),
        ("ftp://shop.example.org", "such as https"),
        ("https:///x", "such as https"),
        ("//shop.example.org", "such as https"),
        ("https://ann:word@shop.example.org", "no user name or password"),
        ("https://shop.example.org@10.0.0.1/", "no user name or password"),
        ("https://shop.example.org/#x", "no fragment"),
        ("https://shop.example.org\\@10.0.0.1/", "backslashes"),
        ("https://shop.example.org/a b", "without spaces"),
        ("https://shop.example.org/\r\nX: y", "without spaces"),
        ("https://shöp.example.org/", "printable ASCII"),
        ("https://shop.example.org:0/", "a port"),
        ("https://shop.example.org:99999/", "such as https"),
        ("https://shop.example.org:x/", "such as https"),
        ("https://[::1/", "such as https"),
        ("https://sho%70.example.org/", "must name a host"),
        ("https://shop.example.org/" + "x" * 2000, "at most 2000"),
    ],
)
def test_urls_that_are_refused_unresolved(url: str, why: str) -> None:
    with pytest.raises(AddressError, match=why):
        read_url(url, ())


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "10.0.0.1"],
)
async def test_names_and_numbers_of_private_hosts_are_refused_when_resolved(host: str) -> None:
    with pytest.raises(AddressError, match="must"):
        await resolve(read_url(f"https://{host}/x", ()))


async def test_private_hosts_that_the_operator_names_are_taken() -> None:
    receiver = read_url("http://localhost:8080/x?y=1", ("localhost",))
    assert (receiver.port, receiver.target, receiver.authority) == (8080, "/x?y=1", "localhost:8080")
    assert "127.0.0.1" in await resolve(receiver)
    with pytest.raises(AddressError):
        await resolve(read_url("https://127.0.0.1/", ("localhost",)))


async def test_connection_goes_to_the_address_that_was_judged_whatever_the_name_means() -> None:
    hook = Hook()
    async with hook.listening() as port:
        receiver = Receiver(secure=False, host="no-such-name.invalid", port=port, target="/", private=False)
        assert await send(receiver, ["127.0.0.1"], {}, b"{}") == 200
    assert hook.requests[0][1]["host"] == f"no-such-name.invalid:{port}"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", 302),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 100_000, 200),
        (b"nonsense\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", None),
        (b"", None),
    ],
)
async def test_answers_are_read_no_further_than_their_header(answer: bytes, status: int | None) -> None:
    hook = Hook(answer)
    async with hook.listening() as port:
        receiver = Receiver(secure=False, host="localhost", port=port, target="/", private=True)
        if status is None:
            with pytest.raises(SendError):
                await send(receiver, ["127.0.0.1"], {}, b"{}")
        else:
            assert await send(receiver, ["127.0.0.1"], {}, b"{}") == status
    assert len(hook.requests) == 1


async def test_a_receiver_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SEND_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        receiver = Receiver(secure=False, host="localhost", port=silent.getsockname()[1], target="/", private=True)
        with pytest.raises(SendError, match="no answer in time"):
            await send(receiver, ["127.0.0.1"], {}, b"{}")


async def test_certificate_must_be_of_the_name(tmp_path: Path) -> None:
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=shop.example.org",
    ]
    command += ["-addext", "subjectAltName=DNS:shop.example.org", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    hook = Hook()
    async with hook.listening(served) as port:
        for host, trusts, works in (
            ("shop.example.org", trust, True),
            ("evil.example.org", trust, False),
            ("shop.example.org", None, False),
        ):
            receiver = Receiver(secure=True, host=host, port=port, target="/", private=False)
            if works:
                assert await send(receiver, ["127.0.0.1"], {}, b"{}", trusts) == 200
            else:
                with pytest.raises(SendError, match="TLS failed"):
                    await send(receiver, ["127.0.0.1"], {}, b"{}", trusts)


def app_with_hooks(where: Any, engine: Any) -> Any:
    return create_app(
        Settings(**where, webhook_secret=SECRET, webhook_hosts=("localhost",), shutdown_timeout_seconds=0.2), engine
    )


async def outcome(client: httpx.AsyncClient, job_id: str, wanted: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await client.get(f"/jobs/{job_id}")).json()["webhook"]["outcome"] != wanted:
            await asyncio.sleep(0.05)


async def test_receiver_is_told_with_a_signature_and_without_words(where: Any, engine: Any, talk: Any) -> None:
    hook = Hook()
    async with hook.listening() as port, talk(app_with_hooks(where, engine)) as client:
        body = DRESS | {"webhook": {"url": f"http://localhost:{port}/done?shop=1"}}
        job_id = (await client.post("/jobs", json=body)).json()["id"]
        await hook.wait(1)
        await outcome(client, job_id, "delivered")
        job = (await client.get(f"/jobs/{job_id}")).json()
        metrics = (await client.get("/metrics")).text
    line, fields, sent = hook.requests[0]
    assert line == "POST /done?shop=1 HTTP/1.1"
    message = json.loads(sent)
    assert message["type"] == "job.finished"
    assert message["data"]["id"] == job_id and message["data"]["status"] == "finished"
    assert message["data"]["links"]["images"] == [job["images"][0]["url"]]
    assert b"canary" not in sent
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + sent
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert fields["webhook-signature"] == f"v1,{signature}"
    assert fields["webhook-id"] == f"msg_{job_id}"
    assert 'cosmicman_webhooks_total{outcome="delivered"} 1.0' in metrics


async def test_receiver_that_is_not_there_is_told_later_by_the_next_process(where: Any, engine: Any, talk: Any) -> None:
    hook = Hook(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    async with hook.listening() as port:
        async with talk(app_with_hooks(where, engine)) as client:
            body = DRESS | {"webhook": {"url": f"http://localhost:{port}/"}}
            job_id = (await client.post("/jobs", json=body)).json()["id"]
            await hook.wait(1)
            await outcome(client, job_id, "failed")
        engine.stopped = False
        async with talk(app_with_hooks(where, engine)) as client:
            await hook.wait(2)
            await outcome(client, job_id, "delivered")
    (_, first, body_of_first), (_, second, body_of_second) = hook.requests
    assert first["webhook-id"] == second["webhook-id"]
    assert body_of_first == body_of_second


async def test_gone_is_not_asked_again(where: Any, engine: Any, talk: Any) -> None:
    hook = Hook(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
    async with hook.listening() as port, talk(app_with_hooks(where, engine)) as client:
        body = DRESS | {"webhook": {"url": f"http://localhost:{port}/"}}
        job_id = (await client.post("/jobs", json=body)).json()["id"]
        await outcome(client, job_id, "given_up")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "http://example.org/"]
)
async def test_private_receivers_are_refused_when_the_job_comes(
    engine: Any, talk: Any, tmp_path: Path, url: str
) -> None:
    async with talk(app_with_hooks({"state": tmp_path / "kept"}, engine)) as client:
        answer = await client.post("/jobs", json=DRESS | {"webhook": {"url": url}})
        assert (answer.status_code, answer.json()["field"]) == (422, "webhook")
        assert "must" in answer.json()["detail"]
        assert (await client.get("/jobs")).json() == {"jobs": []}


async def test_without_a_secret_nothing_is_signed_and_no_webhook_taken(client: Any) -> None:
    answer = await client.post("/jobs", json=DRESS | {"webhook": {"url": "https://shop.example.org/"}})
    assert (answer.status_code, answer.json()["field"]) == (422, "webhook")
    assert "COSMICMAN_WEBHOOK_SECRET" in answer.json()["detail"]


@pytest.mark.parametrize(
    "secret", ["canary-word", "whsec_Y2FuYXJ5", "whsec_*", "Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5"]
)
def test_a_secret_that_is_none_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook_secret: .*whsec_") as caught:
        read_settings(webhook_secret=secret)
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://:canary-word@host", "redis://:canary-word@host:x/0", "redis://:canary-word@h?db=a"]
)
def test_an_address_of_redis_that_is_none_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match="redis: ") as caught:
        read_settings(redis=url)
    assert "canary-word" not in str(caught.value)


def test_webhook_hosts_are_names_each_of_its_own() -> None:
    settings = read_settings(webhook_hosts="hooks.internal, 10.0.0.7", webhook_secret=SECRET)
    assert settings.webhook_hosts == ("hooks.internal", "10.0.0.7")
    with pytest.raises(ValueError, match="webhook_hosts: .*names"):
        read_settings(webhook_hosts="*", webhook_secret=SECRET)
