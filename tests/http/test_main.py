"""How a process of the API starts, with its database and without."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from addressee.database.embedded.server import EmbeddedPostgres
from addressee.database.installation import Installation
from addressee.database.migrate import VERSION, connect, migrate
from addressee.database.pool import open_pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.http.main import create
from tests.support.api import API, running, running_api
from tests.support.raw_http import ask
from tests.support.servers import CARELESS
from tests.support.service import free_port
from tests.support.waiting import until

# Granian gives its processes two tries, each of which imports everything.
END_SECONDS = 60


def server(installation: Installation) -> AbstractAsyncContextManager[EmbeddedPostgres]:
    return EmbeddedPostgres(installation.postgres_folder, settings=CARELESS)


@pytest.fixture
async def installation(tmp_path: Path) -> Installation:
    """One that was migrated, and whose database does not run."""
    installation = Installation(tmp_path)
    async with server(installation):
        await migrate(installation.target(), finish=True)
    return installation


async def grow_newer(installation: Installation) -> None:
    async with connect(installation.target()) as connection:
        await connection.execute("INSERT INTO addressee.migrations VALUES ($1)", f"{VERSION + 2:04}_later.pre")


async def ends_with_an_error(installation: Installation) -> int:
    with running(installation, API, "127.0.0.1", str(free_port()), "1") as process:

        async def has_ended() -> bool:
            return process.poll() is not None

        await until(has_ended, END_SECONDS)
        return process.returncode


def log_of(installation: Installation) -> str:
    return (installation.data_dir / f"{API}.log").read_text()


async def test_it_starts_without_its_database_and_is_ready_when_that_is(installation: Installation) -> None:
    async with server(installation):
        pool = await open_pool(installation.target())
        key = (await Keys(pool, Sealer(installation.master_key())).create("development", "secret")).key
        await pool.close()
    with running_api(installation, "/health/live") as url:
        assert ask(url, "GET", "/health/ready").status == 503
        assert ask(url, "GET", "/v1/users", key=key).status == 503
        async with server(installation):

            async def is_ready() -> bool:
                return ask(url, "GET", "/health/ready").status == 200

            await until(is_ready)
            assert ask(url, "GET", "/v1/users", key=key).status == 200


async def test_it_ends_where_the_schema_is_too_new(installation: Installation) -> None:
    async with server(installation):
        await grow_newer(installation)
        assert await ends_with_an_error(installation) == 1
    assert "The database was migrated by a newer addressee" in log_of(installation)


@pytest.mark.slow
async def test_it_ends_when_the_database_that_it_waited_for_is_too_new(installation: Installation) -> None:
    async with server(installation):
        await grow_newer(installation)
    with running(installation, API, "127.0.0.1", str(port := free_port()), "1") as process:

        async def is_live() -> bool:
            try:
                return ask(f"http://127.0.0.1:{port}", "GET", "/health/live").status == 200
            except OSError:
                return False

        await until(is_live, END_SECONDS)
        async with server(installation):

            async def has_ended() -> bool:
                return process.poll() is not None

            await until(has_ended, END_SECONDS)
    assert process.returncode == 1
    assert "The database was migrated by a newer addressee" in log_of(installation)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("ADDRESSEE_MASTER_KEY", "no key", "ADDRESSEE_MASTER_KEY does not hold a master key"),
        ("ADDRESSEE_DATABASE_URL", "", "run `addressee serve` on this data folder first"),
    ],
)
def test_it_ends_where_trying_again_does_not_help(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.setenv("ADDRESSEE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ADDRESSEE_DATABASE_URL", "postgresql://nowhere")
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr("addressee.logs.configure", lambda: None)
    with capture_logs() as logged, pytest.raises(SystemExit) as ended:
        create()
    assert ended.value.code == 1
    assert [(line["event"], message in line["reason"]) for line in logged] == [("the API cannot start", True)]
