"""How requests end: counted for whoever watches, and logged.

It does not know what a request asks.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from engine.errors import DeadlineError, DeviceLostError, EngineError, RequestError
from engine.request.events import Event, Finished, ImageReady

logger = logging.getLogger(__name__)


class Outcomes:
    """Counts since the start, and whether the device was lost, after which every request would fail."""

    def __init__(self) -> None:
        """Begins with none."""
        self.images = self.finished = self.failed = self.cancelled = 0
        self.device_lost = False

    async def counted(self, generated: AsyncGenerator[Event, None], name: str) -> AsyncGenerator[Event, None]:
        """A request's events; how it ends is counted and logged, and closing this closes them."""
        ended = False
        try:
            async with aclosing(generated) as events:
                async for event in events:
                    self._count(event)
                    ended = isinstance(event, Finished)
                    yield event
        except RequestError as error:  # whose words quote what came
            logger.info("request %s: %s cannot be used", name, error.field)
            raise
        except DeadlineError as error:
            logger.info("request %s: %s", name, error)
            raise
        except EngineError as error:
            self.failed += 1
            logger.warning("request %s failed: %s", name, error)
            if isinstance(error, DeviceLostError) and not self.device_lost:
                self.device_lost = True
                logger.critical("the device is lost; this engine answers nothing until it is started again")
            raise
        except (GeneratorExit, asyncio.CancelledError):
            if not ended:
                self.cancelled += 1
                logger.info("request %s was cancelled", name)
            raise

    def _count(self, event: Event) -> None:
        self.images += isinstance(event, ImageReady)
        self.finished += isinstance(event, Finished)
