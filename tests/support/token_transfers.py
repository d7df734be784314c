"""A process that transfers push tokens among the same people as other processes do."""

from __future__ import annotations

import asyncio
import json
import random

from addressee.database.pool import open_pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import AddAddress, Delete, Edit, RemoveAddress, SetChannelData
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from tests.support.processes import arguments


def random_edits(chance: random.Random, tokens: int) -> tuple[Edit, ...]:
    one, other = (f"token-{number}" for number in chance.choices(range(tokens), k=2))
    match chance.randrange(10):
        case 0:
            return (Delete(),)
        case 1:
            return (RemoveAddress("android_push", one),)
        case 2 | 3:
            return (RemoveAddress("android_push", one), AddAddress("android_push", other))
        case 4 | 5:
            return (SetChannelData("phones", {"devices": [{"token": one}, {"token": other}]}),)
        case _:
            return (AddAddress("android_push", one),)


async def main() -> None:
    target, given = arguments()
    chance = random.Random(given["seed"])
    pool = await open_pool(target)
    directory = Directory(pool)

    async def caller() -> None:
        for _ in range(given["turns"]):
            place = Place(given["environment_id"], USERS, f"user-{chance.randrange(given['users'])}")
            await directory.write(Write(place, random_edits(chance, given["tokens"])))
            print(json.dumps({"id": place.id}))

    await asyncio.gather(*(caller() for _ in range(given["callers"])))
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main())
