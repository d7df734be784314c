"""A process that writes at random, many callers at a time, and prints what each was answered."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

from addressee.database.pool import open_pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Append, Delete, Edit, Identify, Unset
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from tests.support.processes import arguments


def snapshot(recipient: Recipient | None) -> dict[str, Any] | None:
    if recipient is None:
        return None
    return {
        "uid": str(recipient.uid),
        "version": recipient.version,
        "alive": recipient.lives,
        "properties": recipient.properties,
    }


def random_edit(chance: random.Random, token: str) -> tuple[dict[str, Any], Edit]:
    match chance.randrange(6):
        case 0:
            return {"kind": "delete"}, Delete()
        case 1:
            return {"kind": "unset", "key": "last"}, Unset(("last",))
        case 2 | 3:
            return {"kind": "append", "token": token}, Append({"log": token})
        case _:
            return {"kind": "identify", "token": token}, Identify(properties={"last": token})


async def main() -> None:
    target, given = arguments()
    chance = random.Random(given["seed"])
    pool = await open_pool(target)
    directory = Directory(pool)

    async def caller(number: int) -> None:
        for turn in range(given["turns"]):
            place = Place(given["environment_id"], USERS, f"user-{chance.randrange(given['users'])}")
            described, edit = random_edit(chance, f"{given['seed']}.{number}.{turn}")
            answer = await directory.write(Write(place, (edit,)))
            told = {"id": place.id, "edit": described}
            print(json.dumps({**told, "before": snapshot(answer.before), "after": snapshot(answer.recipient)}))

    await asyncio.gather(*(caller(number) for number in range(given["callers"])))
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main())
