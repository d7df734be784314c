"""The rate of bulk identify: 1,000 users a call, each of them changed by it, on four connections.

Beside it, four connections of the driver write as many rows a statement into a table like that of recipients, with the
same documents, without history, and without reading what is stored.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from addressee.database.installation import Installation
from addressee.database.pool import prepare
from addressee.directory.recipient import USERS
from bench.cpu import cpu_seconds
from bench.options import Options
from bench.requests import service_of
from bench.results import AtLeast, Result, in_turns
from tests.support.service import Service

PEOPLE = 20_000
ROWS = 1000
CONNECTIONS = 4
SWEEPS = 3  # over all people, in each turn

API = "addressee.cli.api"

ATTRIBUTES = frozenset({"name", "email"})

UPSERT = """
INSERT INTO raw_recipients (environment_id, collection, id, uid, version, updated_at, attributes, properties, format)
SELECT 1, $1, id, uid, 1, $2, attributes, properties, 1
FROM unnest($3::text[], $4::uuid[], $5::jsonb[], $6::jsonb[]) AS given (id, uid, attributes, properties)
ORDER BY id COLLATE "C"
ON CONFLICT (environment_id, collection, id) DO UPDATE
SET version = raw_recipients.version + 1,
    attributes = excluded.attributes,
    properties = excluded.properties,
    updated_at = excluded.updated_at
"""

# What one connection does with one of the prepared calls.
Do = Callable[[Any], Awaitable[None]]


def measure(options: Options) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder, service_of(Path(folder)) as service, asyncio.Runner() as loop:
        key = service.create_key()
        turns = count()
        costs: list[tuple[float, float]] = []

        def identify() -> float:
            requests = [request(key, rows) for _ in range(SWEEPS) for rows in slices(next(turns))]
            before = cpu_seconds(service, API), cpu_seconds(service, "postgres")
            with options.profiled("bulk", service.process.pid):
                rate = loop.run(send_all(service, requests))
            after = cpu_seconds(service, API), cpu_seconds(service, "postgres")
            costs.append((after[0] - before[0], after[1] - before[1]))
            return rate

        def upsert() -> float:
            return loop.run(
                upsert_all(service, [arguments(rows) for _ in range(SWEEPS) for rows in slices(next(turns))])
            )

        loop.run(create_table_beside(service))
        identify(), upsert()  # creates them
        costs.clear()
        rates = in_turns(identify, upsert)
    api, database = (sum(each) / len(costs) / (PEOPLE * SWEEPS) * 1e6 for each in zip(*costs, strict=True))
    shown = f"{rates.detail}; CPU a user: {api:,.0f} µs of API, {database:,.0f} µs of PostgreSQL"
    yield Result("bulk identify ÷ upserts of as many rows by unnest", rates.ratio, AtLeast(0.5, 0.7), shown)


def slices(turn: int) -> Iterator[list[dict[str, Any]]]:
    """All people, a call's rows at a time; each turn gives each of them another trait."""
    for start in range(0, PEOPLE, ROWS):
        yield [
            {
                "id": f"user-{id}",
                "name": f"User {id}",
                "email": f"user{id}@example.com",
                "plan": "pro",
                "city": "Ulm",
                "turn": turn,
            }
            for id in range(start, start + ROWS)
        ]


def request(key: str, rows: Sequence[dict[str, Any]]) -> bytes:
    body = msgspec.json.encode({"users": rows})
    head = (
        "POST /v1/users/bulk/identify HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send_all(service: Service, requests: Sequence[bytes]) -> float:
    """Sends the requests, and returns the users identified in a second."""

    async def connect() -> Do:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)

        async def send(request: bytes) -> None:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            answer = await reader.readexactly(length)
            if msgspec.json.decode(answer).get("success_count") != ROWS:
                sys.exit(f"A bulk call failed:\n{answer[:2000].decode()}")

        return send

    return await rate_of([await connect() for _ in range(CONNECTIONS)], requests)


def arguments(rows: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    """The same users as the statement takes them."""
    attributes = [{name: row[name] for name in row if name in ATTRIBUTES} for row in rows]
    properties = [{name: row[name] for name in row if name not in {"id", *ATTRIBUTES}} for row in rows]
    encode = msgspec.json.encode
    columns = (
        [row["id"] for row in rows],
        [uuid7() for _ in rows],
        list(map(encode, attributes)),
        list(map(encode, properties)),
    )
    return USERS, datetime.now(UTC), *columns


async def upsert_all(service: Service, calls: Sequence[tuple[Any, ...]]) -> float:
    """Writes the rows of these calls, and returns how many in a second."""
    connections = [await connected(service) for _ in range(CONNECTIONS)]
    statements = [await connection.prepare(UPSERT) for connection in connections]

    def doing(statement: Any) -> Do:
        async def do(call: tuple[Any, ...]) -> None:
            await statement.fetch(*call)

        return do

    rate = await rate_of(list(map(doing, statements)), calls)
    for connection in connections:
        await connection.close()
    return rate


async def rate_of(connections: Sequence[Do], calls: Iterable[Any]) -> float:
    """Each connection takes the next call when it has done one; returns the rows done in a second."""
    left = iter(calls)
    done = 0

    async def work(do: Do) -> None:
        nonlocal done
        for call in left:
            await do(call)
            done += ROWS

    started = time.perf_counter()
    await asyncio.gather(*map(work, connections))
    return done / (time.perf_counter() - started)


async def create_table_beside(service: Service) -> None:
    connection = await connected(service)
    await connection.execute("CREATE TABLE public.raw_recipients (LIKE addressee.recipients INCLUDING ALL)")
    await connection.close()


async def connected(service: Service) -> asyncpg.Connection[asyncpg.Record]:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
        **Installation(service.data_dir).target().arguments
    )
    await prepare(connection)
    return connection
