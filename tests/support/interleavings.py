"""A process that acts on the same few people as other processes do, episode by episode.

It reads a JSON object with its seed, then on each line the numbers of the episodes to take part in next, and answers
each line with what went wrong that must not.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable

from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import open_pool
from addressee.database.sealing import Sealer
from addressee.database.target import Target
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Add, Delete, Edit
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.errors import ActorMissingError
from addressee.messaging.messaging import Messaging
from addressee.messaging.triggers.trigger import Trigger

CLUBS = "clubs"
ACTIONS_OF_AN_EPISODE = 2

# Errors that a caller gets when another one was faster.
EXPECTED = (MissingError, RefusedError, ActorMissingError)


class Guest:
    """A participant: its actions call the services."""

    def __init__(self, directory: Directory, messaging: Messaging, environment_id: int) -> None:
        self.directory = directory
        self.messaging = messaging
        self.environment_id = environment_id

    async def identify(self, place: Place) -> None:
        await self.write(place, Add({"visits": 1}))

    async def delete(self, place: Place) -> None:
        await self.write(place, Delete())

    async def write(self, place: Place, edit: Edit) -> None:
        await self.directory.write(Write(place, (edit,)))

    async def merge(self, into: Place, other: Place) -> None:
        done = await self.directory.merges.merge(into, other)
        await self.messaging.lifecycle.follow(done.merge)

    async def subscribe(self, place: Place, club: Place) -> None:
        found = await self.directory.read_all([place, club])
        if len(found) == 2:
            await self.directory.subscriptions.add(found[club], [found[place]])

    async def trigger(self, place: Place, actor: Place) -> None:
        await self.messaging.triggers.accept(self.environment_id, Trigger("told", [place], actor=actor))

    def actions(self, episode: int) -> list[Callable[[], Awaitable[None]]]:
        ada, guest = (Place(self.environment_id, USERS, f"{episode}-{name}") for name in ("ada", "guest"))
        club = Place(self.environment_id, CLUBS, f"{episode}-club")
        return [
            lambda: self.identify(ada),
            lambda: self.identify(guest),
            lambda: self.delete(ada),
            lambda: self.delete(guest),
            lambda: self.merge(ada, guest),
            lambda: self.merge(guest, ada),
            lambda: self.subscribe(ada, club),
            lambda: self.subscribe(guest, club),
            lambda: self.identify(club),
            lambda: self.delete(club),
            lambda: self.trigger(ada, guest),
            lambda: self.trigger(club, ada),
        ]


async def main() -> None:
    loop = asyncio.get_running_loop()
    given = json.loads(sys.stdin.readline())
    chance = random.Random(given["seed"])
    pool = await open_pool(Target(given["target"], embedded=True))
    directory = Directory(pool, sealer=lambda: Sealer(bytes(32)))
    guest = Guest(directory, Messaging(pool, directory.reader, Wakeup(pool)), given["environment_id"])
    wrong: list[str] = []

    async def take_part(episode: int) -> None:
        for action in chance.choices(guest.actions(episode), k=ACTIONS_OF_AN_EPISODE):
            try:
                await action()
            except EXPECTED:
                pass
            except Exception as error:
                wrong.append(f"{type(error).__name__}: {error}")

    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        await asyncio.gather(*map(take_part, json.loads(line)))
        print(json.dumps(wrong), flush=True)
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main())
