"""Tells receivers that jobs have ended, again over hours until they take it; the store remembers who is to be told.

At least once: a gateway that dies between an answer and its note tells again, under the same `webhook-id`.
"""

import asyncio
import json
import logging
import random
import ssl
import time
from collections.abc import Callable
from typing import Any

from server.jobs.record import Job, Message
from server.jobs.store import JobStore, StoreError
from server.jobs.webhook.address import AddressError, read_url, resolve
from server.jobs.webhook.send import SEND_SECONDS, SendError, send
from server.jobs.webhook.signature import headers
from server.settings import Settings

logger = logging.getLogger(__name__)

#: Seconds before each further attempt, each up to a tenth longer: 17 hours in all.
AGAIN_SECONDS = (5, 30, 300, 1800, 7200, 18_000, 36_000)
POLL_SECONDS = 0.5
#: Until another gateway may try: longer than one attempt takes.
LEASE_SECONDS = 4 * SEND_SECONDS
MOST_AT_A_TIME = 4
GONE = 410


class Messenger:
    """`told` hears each outcome: delivered, failed (it is tried again) or given_up."""

    def __init__(
        self,
        settings: Settings,
        store: JobStore,
        payload: Callable[[Job], dict[str, Any]],
        told: Callable[[str], None],
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._payload = payload
        self._told = told
        self._trust = trust
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until it is cancelled; what is being sent then is told again later."""
        try:
            while True:
                message = None
                if len(self._sending) < MOST_AT_A_TIME:
                    try:
                        message = await self._store.message(LEASE_SECONDS)
                    except StoreError as error:
                        logger.debug("no webhooks are read: %s", error)
                if message is None:
                    await asyncio.sleep(POLL_SECONDS)
                else:
                    task = asyncio.create_task(self._tell(message))
                    self._sending.add(task)
                    task.add_done_callback(self._sending.discard)
        finally:
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def _tell(self, message: Message) -> None:
        reason = await self._attempt(message.job)
        if reason is None:
            outcome, again = "delivered", None
        elif reason == str(GONE) or message.attempts >= len(AGAIN_SECONDS):
            outcome, again = "given_up", None
        else:
            outcome, again = "failed", AGAIN_SECONDS[message.attempts] * random.uniform(1, 1.1)
        if reason is not None:
            logger.warning("webhook of job %s %s: %s", message.job.id, outcome, reason)
        self._told(outcome)
        try:
            await self._store.told(message.job.id, outcome, again)
        except StoreError as error:
            logger.warning("webhook of job %s will be sent again: %s", message.job.id, error)

    async def _attempt(self, job: Job) -> str | None:
        """Why it was not taken; None if it was."""
        secret = self._settings.webhook_secret
        if secret is None:
            return "there is no COSMICMAN_WEBHOOK_SECRET any more"
        body = json.dumps(self._payload(job), separators=(",", ":")).encode()
        try:
            receiver = read_url(job.webhook, self._settings.webhook_hosts)
            addresses = await resolve(receiver)
            signed = headers(secret, f"msg_{job.id}", int(time.time()), body)
            status = await send(receiver, addresses, signed, body, self._trust)
        except AddressError as error:
            return f"the URL {error}"
        except SendError as error:
            return str(error)
        return None if 200 <= status < 300 else str(status)
