"""The embedded server: where it runs, who may use it, and what happens when something is killed."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from addressee.database.embedded.cluster import LOG_LIMIT_BYTES, Cluster
from addressee.database.embedded.server import EmbeddedPostgres, FolderInUseError
from addressee.database.errors import SetupError
from addressee.database.target import Target, answers
from addressee.processes import ProcessError
from tests.support.kernel import descendants, is_alive
from tests.support.servers import CARELESS
from tests.support.waiting import until

NOBODY = 65534


def server_of(folder: Path, patience: float = 15) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, settings=CARELESS, patience=patience)


async def value(target: Target, query: str) -> object:
    connection = await asyncpg.connect(**target.arguments)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def mode(path: Path) -> str:
    return stat.filemode(path.stat().st_mode)


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    async with server_of(tmp_path_factory.mktemp("server") / "postgres") as server:
        yield server


def writers(server: EmbeddedPostgres) -> list[int]:
    """Processes that a server always has."""
    return [pid for pid, command in descendants(server.service.pid).items() if "writer" in command]


@asynccontextmanager
async def other_process(folder: Path) -> AsyncIterator[Process]:
    """A process that runs the server of `folder`; killed without a warning in the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.run_server", str(folder), stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_it_has_a_database_with_rules_of_sorting_of_its_own(server: EmbeddedPostgres) -> None:
    query = "SELECT datname || ' ' || datlocale FROM pg_database WHERE datname = current_database()"
    assert await value(server.target, query) == "addressee C.UTF-8"
    assert await value(server.target, "SHOW server_encoding") == "UTF8"


async def test_only_the_account_of_the_server_can_read_its_files(server: EmbeddedPostgres) -> None:
    folder = server.cluster.folder
    assert {entry.name: mode(entry) for entry in folder.iterdir()} == {
        "data": "drwx------",
        "socket": "drwx------",
        "password": "-rw-------",
        "lock": "-rw-------",
        "log": "-rw-------",
    }
    assert mode(folder) == "drwx------"


async def test_folders_above_are_left_as_they_are(tmp_path: Path) -> None:
    above = tmp_path / "private"
    above.mkdir(mode=0o700)
    before = above.stat()
    async with server_of(above / "data" / "postgres"):
        after = above.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


async def test_a_path_may_be_of_any_length(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 200) / ("y" * 200) / "postgres"
    async with server_of(folder) as server:
        assert await value(server.target, "SELECT sum(g) FROM generate_series(1, 1000) AS g") == 500500


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the account")
async def test_started_by_root_it_runs_as_another_account(server: EmbeddedPostgres) -> None:
    owner = server.cluster.data.stat().st_uid
    assert owner != 0
    assert Path(f"/proc/{server.service.pid}").stat().st_uid == owner


async def test_it_listens_on_no_network(server: EmbeddedPostgres) -> None:
    sockets = {str(entry.readlink()) for entry in Path(f"/proc/{server.service.pid}/fd").iterdir()}
    listening = {
        f"socket:[{line.split()[9]}]"
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    }
    assert sockets & listening == set()
    assert await value(server.target, "SHOW listen_addresses") == ""


async def test_nobody_connects_without_the_password(server: EmbeddedPostgres) -> None:
    rules = "SELECT array_agg(type || ' ' || auth_method) FROM pg_hba_file_rules"
    assert await value(server.target, rules) == ["local scram-sha-256"]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(**{**server.target.arguments, "password": "guessed"})


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second account")
async def test_another_account_does_not_reach_the_socket(server: EmbeddedPostgres) -> None:
    socket = server.cluster.socket / ".s.PGSQL.5432"
    assert socket.is_socket()
    listing = subprocess.run(["ls", socket], user=NOBODY, group=NOBODY, capture_output=True, check=False)
    assert listing.returncode == 2


async def test_a_pid_file_that_was_left_behind_is_not_believed(tmp_path: Path) -> None:
    async with server_of(tmp_path / "postgres") as server:
        pid_file = server.cluster.data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]))
    async with server_of(tmp_path / "postgres") as server:
        assert await answers(server.target)


async def test_a_second_server_of_a_folder_is_refused(server: EmbeddedPostgres) -> None:
    with pytest.raises(FolderInUseError, match=r"Another process runs the database in .*: stop it first"):
        async with server_of(server.cluster.folder, patience=0.1):
            pass
    assert await answers(server.target)


async def test_of_two_that_start_at_once_one_serves(tmp_path: Path) -> None:
    servers = [server_of(tmp_path / "postgres", patience=0) for _ in range(2)]
    outcomes = await asyncio.gather(*(each.__aenter__() for each in servers), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EmbeddedPostgres", "FolderInUseError"]
    for outcome in outcomes:
        if isinstance(outcome, EmbeddedPostgres):
            await outcome.__aexit__(None, None, None)


async def test_killed_it_comes_back_with_what_was_committed(tmp_path: Path) -> None:
    async with server_of(tmp_path / "postgres") as server:
        await value(server.target, "CREATE TABLE kept AS SELECT 42 AS answer")
        killed = server.service.pid
        os.kill(killed, signal.SIGKILL)

        async def is_back() -> bool:
            return server.service.pid != killed and await answers(server.target)

        await until(is_back)
        assert await value(server.target, "SELECT answer FROM kept") == 42


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it waits until they end by themselves")
async def test_killed_it_comes_back_though_processes_of_it_notice_nothing(tmp_path: Path) -> None:
    async with server_of(tmp_path / "postgres") as server:
        killed = server.service.pid
        deaf = writers(server)
        for pid in deaf:
            os.kill(pid, signal.SIGSTOP)
        os.kill(killed, signal.SIGKILL)

        async def is_back() -> bool:
            return server.service.pid != killed and await answers(server.target)

        await until(is_back)
        assert len(deaf) == 2
        assert not any(map(is_alive, deaf))


async def test_who_is_refused_ends_nothing_of_the_server_that_runs(server: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(**server.target.arguments)
    before = writers(server)
    with pytest.raises(FolderInUseError):
        async with server_of(server.cluster.folder, patience=0.1):
            pass
    assert await connection.fetchval("SELECT 42") == 42
    assert writers(server) == before
    await connection.close()


async def test_it_ends_when_the_process_that_runs_it_is_killed(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgres")
    async with other_process(cluster.folder) as process:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        await value(cluster.target(), "CREATE TABLE kept AS SELECT 42 AS answer")
        process.kill()
    async with server_of(cluster.folder) as server:
        assert await value(server.target, "SELECT answer FROM kept") == 42


async def test_a_creation_that_was_interrupted_starts_over(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"

    async def is_half_made() -> bool:
        return (folder / "data.unfinished" / "global").exists()

    async with other_process(folder) as process:
        await until(is_half_made)
        process.kill()
    assert not (folder / "data").exists()
    async with server_of(folder) as server:
        assert await answers(server.target)
    assert not (folder / "data.unfinished").exists()


async def test_data_of_another_major_version_are_refused(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgres")
    async with server_of(cluster.folder):
        pass
    (cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(SetupError, match="was written by PostgreSQL 17, this addressee brings 18"):
        async with server_of(cluster.folder):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the account")
async def test_data_of_root_are_refused_to_root(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgres")
    cluster.data.mkdir(parents=True)
    with pytest.raises(SetupError, match="belongs to root, as whom PostgreSQL does not run"):
        async with server_of(cluster.folder):
            pass


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", settings={"shared_buffers": "nonsense"})
    with pytest.raises(ProcessError, match=r'PostgreSQL ended while it started: .*"shared_buffers": "nonsense"'):
        async with server:
            pass


def test_the_log_is_bounded(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.log.write_text("x" * (LOG_LIMIT_BYTES + 1))
    cluster.bound_log()
    assert cluster.log.stat().st_size == 0
    assert (tmp_path / "log.1").stat().st_size == LOG_LIMIT_BYTES + 1
    assert mode(tmp_path / "log.1") == mode(cluster.log)
