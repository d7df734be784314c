"""The PostgreSQL that the tests run on: an embedded one, or a fresh database where TEST_DATABASE_URL says."""

import os
import pwd
import secrets
import signal
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from addressee.database.embedded.cluster import USER, Cluster
from addressee.database.embedded.server import EmbeddedPostgres
from addressee.database.installation import Installation
from addressee.database.target import Target, answers
from addressee.processes import Account, StopSignal, start, stop
from tests.support.waiting import until

# A test's data need not survive the machine, but they do survive its processes.
CARELESS = {"fsync": "off", "full_page_writes": "off"}


@asynccontextmanager
async def installation_of_the_tests() -> AsyncIterator[Installation]:
    """A data folder with an embedded server, or a fresh database on the server that TEST_DATABASE_URL names."""
    url = os.environ.get("TEST_DATABASE_URL")
    with tempfile.TemporaryDirectory() as folder:
        if url is None:
            async with EmbeddedPostgres(Path(folder) / "postgres", settings=CARELESS):
                yield Installation(Path(folder))
        else:
            async with fresh_database(Target.from_url(url)) as target:
                path = f"/{target.arguments['database']}"
                yield Installation(Path(folder), urlunsplit(urlsplit(url)._replace(path=path)))


@asynccontextmanager
async def fresh_database(server: Target, template: str = "template1") -> AsyncIterator[Target]:
    """Creates a database on a server as a copy of another, and drops it when the block ends."""
    name = f"addressee_test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(**server.arguments)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield Target({**server.arguments, "database": name}, server.embedded)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


def url_of(installation: Installation, database: Target) -> str:
    """Returns the URL of a database on the server of an installation, as commands take it."""
    name = database.arguments["database"]
    if installation.database_url is not None:
        return urlunsplit(urlsplit(installation.database_url)._replace(path=f"/{name}"))
    cluster = Cluster(installation.postgres_folder)
    return (
        f"postgresql://{USER}:{quote(cluster.password.read_text(), safe='')}@/{name}?host={quote(str(cluster.socket))}"
    )


DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@asynccontextmanager
async def debian_server() -> AsyncIterator[str]:
    """The URL of a PostgreSQL 15 of Debian's package, which listens in a socket folder only."""
    account = Account(*pwd.getpwnam("postgres")[2:4]) if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory() as folder:
        if account is not None:
            os.chown(folder, *account)
        run = partial(start, environment={}, account=account, output=DEVNULL, dies_by=signal.SIGQUIT)
        initdb = await run([DEBIAN_15 / "initdb", "-D", f"{folder}/data", "-U", "postgres", "--no-sync"])
        assert await initdb.wait() == 0
        server = await run(
            [DEBIAN_15 / "postgres", "-D", f"{folder}/data", "-k", folder, "-c", "listen_addresses=", "-F"]
        )
        url = f"postgresql://postgres@/postgres?host={folder}"
        try:
            await until(lambda: answers(Target.from_url(url)))
            yield url
        finally:
            await stop(server, [StopSignal(signal.SIGINT, 10), StopSignal(signal.SIGKILL, 10)])
