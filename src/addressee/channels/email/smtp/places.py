"""Places: the connections that a channel may have at once, which its e-mails take in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from addressee.channels.email.message import RawEmail
from addressee.channels.email.smtp.conversation import Conversation

# The longest time for an e-mail with whose content the next envelope goes.
QUICK_SECONDS = 1.0


@dataclass(eq=False, slots=True)
class Waiting:
    """An e-mail that waits for a place. `place` is cancelled once it waits no more."""

    email: RawEmail
    place: asyncio.Future[Place]


@dataclass(eq=False, slots=True)
class Place:
    """A connection, if one was opened. `told` is the e-mail that has it next: the server has been told its envelope.

    `seconds` is how long the last e-mail took.
    """

    conversation: Conversation | None = None
    told: Waiting | None = None
    seconds: float = 0.0

    @property
    def open(self) -> Conversation | None:
        """The conversation, None when there is none to go on with."""
        return self.conversation if self.conversation is not None and self.conversation.is_open else None

    def close(self) -> None:
        if self.conversation is not None:
            self.conversation.close()


@dataclass(eq=False, slots=True)
class Places:
    """The places of a channel. The one that was used last is taken first."""

    free: list[Place]
    _waiting: deque[Waiting] = field(default_factory=deque)

    async def take(self, email: RawEmail, seconds: float) -> Place:
        """Returns a place that nobody else uses. Raises TimeoutError if none came in time.

        An e-mail whose envelope was told by a connection that hangs waits for the others instead, before the rest.
        """
        for line_up in (self._waiting.append, self._waiting.appendleft):
            if self.free:
                return self.free.pop()
            with suppress(TimeoutError):
                return await self._wait(email, seconds / 2, line_up)
        raise TimeoutError

    async def _wait(self, email: RawEmail, seconds: float, line_up: Callable[[Waiting], None]) -> Place:
        waiting = Waiting(email, asyncio.get_running_loop().create_future())
        line_up(waiting)
        try:
            async with asyncio.timeout(seconds):
                return await waiting.place
        except BaseException:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            elif not waiting.place.cancelled():  # it came too late
                place = waiting.place.result()
                place.close()
                self.give_back(place)
            raise

    def next_at(self, place: Place, takes: Callable[[RawEmail], bool]) -> RawEmail | None:
        """Returns the e-mail that has a place next, if one waits that the place `takes`.

        None follows where the server is slow: it would give up, and its place with it.
        """
        first = self._first()
        if first is None or place.seconds > QUICK_SECONDS or not takes(first.email):
            return None
        place.told = self._waiting.popleft()
        return place.told.email

    def give_back(self, place: Place) -> None:
        """Gives a place to whoever is next."""
        following, place.told = place.told, None
        if following is not None and following.place.done():
            place.close()
            following = None
        if following is None and self._first() is not None:
            following = self._waiting.popleft()
        if following is None:
            self.free.append(place)
        else:
            following.place.set_result(place)

    def _first(self) -> Waiting | None:
        """Returns the e-mail that waits first. One that was cancelled is still in the line until its task runs."""
        while self._waiting and self._waiting[0].place.done():
            self._waiting.popleft()
        return self._waiting[0] if self._waiting else None
