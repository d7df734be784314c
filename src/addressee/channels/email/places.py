"""Places: the connections that a channel may have at once, which its e-mails take in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from addressee.channels.email.conversation import Conversation
from addressee.channels.email.message import RawEmail


@dataclass(eq=False, slots=True)
class Waiting:
    """An e-mail that waits for a place. `place` is cancelled once it waits no more."""

    email: RawEmail
    place: asyncio.Future[Place]


@dataclass(eq=False, slots=True)
class Place:
    """A connection, if one was opened. `told` is the e-mail that has it next: the server has been told its envelope."""

    conversation: Conversation | None = None
    told: Waiting | None = None

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
        """Returns the e-mail that has a place next, if one waits that the place `takes`."""
        if not self._waiting or not takes(self._waiting[0].email):
            return None
        place.told = self._waiting.popleft()
        return place.told.email

    def give_back(self, place: Place) -> None:
        """Gives a place to whoever is next."""
        following, place.told = place.told, None
        if following is not None and following.place.done():
            place.close()
            following = None
        if following is None and self._waiting:
            following = self._waiting.popleft()
        if following is None:
            self.free.append(place)
        else:
            following.place.set_result(place)
