"""A database that is ready for use, whoever runs it."""

import asyncio
import base64
import os
from pathlib import Path

import pytest

from addressee.cli.options import InstallationOptions
from addressee.database import opening
from addressee.database.embedded.server import EmbeddedPostgres
from addressee.database.errors import SetupError
from addressee.database.installation import Installation
from addressee.database.migrate import MIGRATIONS, migrate
from addressee.database.opening import migrate_database, open_database, wait_for_database
from addressee.database.target import Target, answers
from tests.support.servers import CARELESS, DEBIAN_15, debian_server
from tests.support.waiting import until


async def test_of_two_at_once_both_get_the_database_of_one(tmp_path: Path) -> None:
    installation = Installation(tmp_path)

    async def environments() -> int:
        async with open_database(installation) as pool, pool.acquire() as connection:
            await connection.execute("SELECT pg_sleep(0.5)")
            found: int = await connection.fetchval("SELECT count(*) FROM addressee.environments")
            return found

    assert list(await asyncio.gather(environments(), environments())) == [3, 3]


async def test_it_ends_with_the_command_that_needed_it(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    async with open_database(installation):
        target = installation.target()
        assert await answers(target)
    assert not await answers(target)


async def test_a_server_that_ends_as_it_is_opened_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another command ran it, found that it was needed no more, and ended it as this one had looked at it."""
    options = InstallationOptions(tmp_path, None)
    other = EmbeddedPostgres(options.installation.postgres_folder, settings=CARELESS)
    await other.__aenter__()
    real = opening.confirm_master_key

    async def ended_after(target: Target, master_key: bytes) -> None:
        await real(target, master_key)
        monkeypatch.undo()
        await other.__aexit__()

    monkeypatch.setattr(opening, "confirm_master_key", ended_after)
    async with options.open() as (pool, _):
        assert await pool.fetchval("SELECT count(*) FROM addressee.environments") == 3


async def test_a_server_that_ends_as_it_is_migrated_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = Installation(tmp_path)
    other = EmbeddedPostgres(installation.postgres_folder, settings=CARELESS)
    await other.__aenter__()

    async def too_late(target: Target, *, finish: bool) -> list[str]:
        monkeypatch.undo()
        await other.__aexit__()
        return await migrate(target, finish=finish)

    monkeypatch.setattr(opening, "migrate", too_late)
    assert await migrate_database(installation, finish=False) == [each.name for each in MIGRATIONS]


async def test_a_command_that_has_begun_is_finished_though_the_server_is_to_end(tmp_path: Path) -> None:
    options = InstallationOptions(tmp_path, None)
    other = EmbeddedPostgres(options.installation.postgres_folder, settings=CARELESS)
    await other.__aenter__()
    async with options.open() as (pool, _):
        ending = asyncio.create_task(other.__aexit__())
        await until(lambda: takes_no_more(options.installation))
        async with pool.acquire() as one, pool.acquire() as another:
            assert await one.fetchval("SELECT count(*) FROM addressee.environments") == 3
            assert await another.fetchval("SELECT count(*) FROM addressee.environments") == 3
    await ending


async def takes_no_more(installation: Installation) -> bool:
    return not await answers(installation.target())


async def test_a_server_that_runs_is_used(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    async with EmbeddedPostgres(installation.postgres_folder, settings=CARELESS) as server:
        async with open_database(installation) as pool, pool.acquire() as connection:
            assert await connection.fetchval("SHOW fsync") == "off"
        assert await answers(server.target)
        await wait_for_database(installation)


async def test_another_master_key_is_refused_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = Installation(tmp_path)
    async with EmbeddedPostgres(installation.postgres_folder, settings=CARELESS):
        async with open_database(installation):
            pass
        monkeypatch.setenv("ADDRESSEE_MASTER_KEY", base64.b64encode(os.urandom(32)).decode())
        with pytest.raises(SetupError, match="This database was first used with another master key"):
            async with open_database(installation):
                pass
        with pytest.raises(SetupError, match="This database was first used with another master key"):
            await wait_for_database(installation)


@pytest.mark.skipif(not DEBIAN_15.exists(), reason="Debian's PostgreSQL 15 is not installed")
async def test_postgresql_15_is_as_good_as_the_embedded_one(tmp_path: Path) -> None:
    async with debian_server() as url:
        installation = Installation(tmp_path, url)
        async with open_database(installation) as pool, pool.acquire() as connection:
            assert connection.get_server_version().major == 15
            assert await connection.fetchval("SELECT count(*) FROM addressee.environments") == 3
        await wait_for_database(installation)
    with pytest.raises(SetupError, match="The database cannot be reached"):
        async with open_database(installation):
            pass


async def test_a_url_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"The database cannot be reached: .*scheme"):
        async with open_database(Installation(tmp_path, "mysql://somewhere")):
            pass
