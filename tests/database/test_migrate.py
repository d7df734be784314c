"""Migrations: applied once, by one process at a time, and never over a newer schema."""

import asyncio
import json
import re
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from addressee.database.errors import SetupError
from addressee.database.migrate import (
    FOLDER,
    MIGRATIONS,
    VERSION,
    Migration,
    check_schema,
    connect,
    migrate,
    refuse_old_server,
)
from addressee.database.pool import Connection
from addressee.database.target import Target
from addressee.directory.addresses.push_tokens import digest_of
from addressee.directory.search.index import IndexRecipients


async def record(target: Target, name: str) -> None:
    async with connect(target) as connection:
        await connection.execute("INSERT INTO addressee.migrations (name) VALUES ($1)", name)


def test_files_are_named_by_version_name_and_phase() -> None:
    names = [entry.name for entry in FOLDER.iterdir()]
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z_]+\.(pre|post)\.sql", name)] == []


def test_what_tidies_up_comes_after_what_adds() -> None:
    names = ["0002_b.pre", "0001_a.post", "0002_b.post", "0001_a.pre"]
    assert [each.name for each in sorted(map(Migration.named, names))] == [
        "0001_a.pre",
        "0001_a.post",
        "0002_b.pre",
        "0002_b.post",
    ]


async def test_many_at_once_apply_every_migration_once(empty: Target) -> None:
    outcomes = await asyncio.gather(*(migrate(empty, finish=True) for _ in range(6)))
    applied = sorted(Migration.named(name) for applied in outcomes for name in applied)
    assert applied == MIGRATIONS
    assert await migrate(empty, finish=True) == []


async def test_a_database_of_the_version_before_is_upgraded(empty: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [each for each in MIGRATIONS if each.version < VERSION]
    with monkeypatch.context() as patch:
        patch.setattr("addressee.database.migrate.MIGRATIONS", before)
        patch.setattr("addressee.database.migrate.VERSION", VERSION - 1)
        assert await migrate(empty, finish=True) == [each.name for each in before]
    added = [each.name for each in MIGRATIONS if each.version == VERSION and not each.is_post]
    tidied = [each.name for each in MIGRATIONS if each.version == VERSION and each.is_post]
    assert await migrate(empty, finish=False) == added
    with monkeypatch.context() as patch:
        patch.setattr("addressee.database.migrate.MIGRATIONS", before)
        patch.setattr("addressee.database.migrate.VERSION", VERSION - 1)
        async with connect(empty) as connection:
            await check_schema(connection)
    assert await migrate(empty, finish=True) == tidied


async def test_tokens_in_channel_data_that_were_stored_before_are_claimed(
    empty: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each by who was given it last, however many have it; those of objects too."""
    with monkeypatch.context() as patch:
        patch.setattr("addressee.database.migrate.MIGRATIONS", [each for each in MIGRATIONS if each.version < 5])
        patch.setattr("addressee.database.migrate.VERSION", 4)
        await migrate(empty, finish=True)
    stored = {
        "early": {"phones": entry("2025-01-01T00:00:00.000Z", devices=[{"token": "shared"}, {"token": 5}, "odd"])},
        "late": {"phones": entry("2025-02-01T00:00:00.000Z", devices=[{"token": "shared"}, {"target_arn": "arn"}])},
        "web": {"browsers": entry("2025-01-01T00:00:00.000Z", subscriptions=[{"endpoint": "e"}])},
        "players": {"games": entry("2025-01-01T00:00:00.000Z", player_ids=["p"]), "sms": {"data": None}},
        "slack": {"slack": entry("2025-01-01T00:00:00.000Z", connections=[{"access_token": "s"}])},
    }
    async with connect(empty) as connection:
        for id, channel_data in stored.items():
            await connection.execute(
                """
                INSERT INTO addressee.recipients
                  (environment_id, collection, id, uid, version, updated_at, channel_data, format)
                VALUES (1, '$users', $1, gen_random_uuid(), 1, now(), $2, 1)
                """,
                id,
                json.dumps(channel_data).encode(),
            )
    await migrate(empty, finish=True)
    async with connect(empty) as connection:
        rows = await connection.fetch(
            """
            SELECT recipient_id, encode(digest, 'hex') AS digest
            FROM addressee.push_tokens
            JOIN addressee.recipients USING (environment_id, collection, uid)
            WHERE recipient_id = id
            """
        )
    claims = {(row["recipient_id"], row["digest"]) for row in rows}
    expected = [("late", "shared"), ("late", "arn"), ("web", "e"), ("players", "p")]
    assert claims == {(id, digest_of(token).hex()) for id, token in expected}


async def test_recipients_that_were_stored_before_are_indexed_by_jobs(
    empty: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for each environment that has any."""
    with monkeypatch.context() as patch:
        patch.setattr("addressee.database.migrate.MIGRATIONS", [each for each in MIGRATIONS if each.version < 11])
        patch.setattr("addressee.database.migrate.VERSION", 10)
        await migrate(empty, finish=True)
    async with connect(empty) as connection:
        await connection.execute(
            """
            INSERT INTO addressee.recipients (environment_id, collection, id, uid, version, updated_at, format)
            VALUES (3, '$users', 'ada', gen_random_uuid(), 1, now(), 1)
            """
        )
    await migrate(empty, finish=True)
    async with connect(empty) as connection:
        jobs = await connection.fetch("SELECT name, arguments FROM addressee.jobs")
    assert [(job["name"], msgspec.json.decode(job["arguments"], type=IndexRecipients)) for job in jobs] == [
        ("index_recipients", IndexRecipients(3))
    ]


async def test_names_that_were_stored_as_properties_are_attributes(
    empty: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attribute that is there already stays; what is no text stays a property."""
    with monkeypatch.context() as patch:
        patch.setattr("addressee.database.migrate.MIGRATIONS", [each for each in MIGRATIONS if each.version < 5])
        patch.setattr("addressee.database.migrate.VERSION", 4)
        await migrate(empty, finish=True)
    stored: dict[str, tuple[Any, Any]] = {
        "ada": ({"email": "a@b.cd"}, {"first_name": "Ada", "last_name": None, "plan": "pro"}),
        "bob": ({"first_name": "Robert"}, {"first_name": "Bob"}),
        "odd": ({}, {"first_name": {"latin": "Odd"}}),
        "none": ({}, {"plan": "pro"}),
    }
    async with connect(empty) as connection:
        for id, (attributes, properties) in stored.items():
            await connection.execute(
                """
                INSERT INTO addressee.recipients
                  (environment_id, collection, id, uid, version, updated_at, attributes, properties, format)
                VALUES (1, '$users', $1, gen_random_uuid(), 1, now(), $2, $3, 1)
                """,
                id,
                json.dumps(attributes).encode(),
                json.dumps(properties).encode(),
            )
    await migrate(empty, finish=True)
    async with connect(empty) as connection:
        rows = await connection.fetch("SELECT id, version, attributes, properties FROM addressee.recipients")
    assert {row["id"]: (row["version"], *map(json.loads, (row["attributes"], row["properties"]))) for row in rows} == {
        "ada": (2, {"email": "a@b.cd", "first_name": "Ada", "last_name": None}, {"plan": "pro"}),
        "bob": (2, {"first_name": "Robert"}, {}),
        "odd": (1, {}, {"first_name": {"latin": "Odd"}}),
        "none": (1, {}, {"plan": "pro"}),
    }


UNTAGGED = (
    b'{"name":"A","steps":[{"ref":"a","channel":"b","template":{"type":"in_app_feed","body":"c"}},["wait","PT9000S"]]}'
)
TAGGED = (
    b'{"name":"A","steps":[{"type":"channel","ref":"a","channel":"b","template":{"type":"in_app_feed","body":"c"}},'
    b'{"type":"delay","ref":"wait","wait":"PT9000S"}]}'
)


async def test_steps_are_tagged_once_no_process_of_the_version_before_is_left(
    empty: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then, what either version stores is stored as the version before reads it."""
    with monkeypatch.context() as patch:
        patch.setattr("addressee.database.migrate.MIGRATIONS", [each for each in MIGRATIONS if each.version < 6])
        patch.setattr("addressee.database.migrate.VERSION", 5)
        await migrate(empty, finish=True)
    async with connect(empty) as connection:
        await store_version(connection, 1, UNTAGGED)
        monkeypatch.setattr("addressee.database.migrate.MIGRATIONS", [each for each in MIGRATIONS if each.version < 7])
        monkeypatch.setattr("addressee.database.migrate.VERSION", 6)
        await migrate(empty, finish=False)
        await store_version(connection, 2, UNTAGGED)
        await store_version(connection, 3, TAGGED)
        await store_version(connection, 4, b'{"name":"A","steps":[{"type":"later","ref":"a"}]}')
        assert await stored_versions(connection) == [
            *[json.loads(UNTAGGED)] * 3,
            {"name": "A", "steps": [{"type": "later", "ref": "a"}]},
        ]
        await migrate(empty, finish=True)
        await store_version(connection, 5, TAGGED)
        assert await stored_versions(connection) == [
            *[json.loads(TAGGED)] * 3,
            {"name": "A", "steps": [{"type": "later", "ref": "a"}]},
            json.loads(TAGGED),
        ]


async def store_version(connection: Connection, number: int, content: bytes) -> None:
    await connection.execute(
        """
        INSERT INTO addressee.workflow_versions (environment_id, id, key, content, created_at)
        VALUES (1, $1, 'a', $2, now())
        """,
        UUID(int=number),
        content,
    )


async def stored_versions(connection: Connection) -> list[Any]:
    rows = await connection.fetch("SELECT content FROM addressee.workflow_versions ORDER BY id")
    return [json.loads(row["content"]) for row in rows]


def entry(updated_at: str, **data: Any) -> dict[str, Any]:
    return {"data": data, "created_at": updated_at, "updated_at": updated_at}


async def test_the_environments_are_there_from_the_start(target: Target) -> None:
    async with connect(target) as connection:
        names = await connection.fetch("SELECT name FROM addressee.environments WHERE id < 4 ORDER BY id")
    assert [row["name"] for row in names] == ["development", "staging", "production"]


async def test_an_empty_database_is_refused_until_it_was_migrated(empty: Target) -> None:
    async with connect(empty) as connection:
        with pytest.raises(SetupError, match=r"The database lacks 0001_directory\.pre.*: run `addressee migrate`"):
            await check_schema(connection)
        await migrate(empty, finish=False)
        await check_schema(connection)


async def test_what_the_next_version_adds_is_tolerated(empty: Target) -> None:
    await migrate(empty, finish=True)
    await record(empty, f"{VERSION + 1:04}_more.pre")
    assert await migrate(empty, finish=True) == []
    async with connect(empty) as connection:
        await check_schema(connection)


@pytest.mark.parametrize("newer", [f"{VERSION + 1:04}_more.post", f"{VERSION + 2:04}_more.pre"])
async def test_a_newer_database_is_refused(empty: Target, newer: str) -> None:
    await migrate(empty, finish=True)
    await record(empty, newer)
    message = rf"migrated by a newer addressee \({re.escape(newer)}\); this one knows version {VERSION}"
    with pytest.raises(SetupError, match=message):
        await migrate(empty, finish=True)
    async with connect(empty) as connection:
        with pytest.raises(SetupError, match=message):
            await check_schema(connection)


def test_an_old_server_is_refused() -> None:
    with pytest.raises(SetupError, match="PostgreSQL 14: addressee needs 15 or newer"):
        refuse_old_server(asyncpg.ServerVersion(14, 9, 0, "final", 0))
    refuse_old_server(asyncpg.ServerVersion(15, 0, 0, "final", 0))


async def test_a_server_that_cannot_be_reached_is_told() -> None:
    with pytest.raises(SetupError, match="The database cannot be reached"):
        await migrate(Target.from_url("postgresql://postgres@/x?host=/nowhere"), finish=False)
