"""`addressee serve`: what runs, what ends with what, and what is refused."""

import json
import os
import signal
import socket
from pathlib import Path

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from addressee.cli.serve import Address, free_address, warn_of_unknown_variables
from addressee.database.embedded.cluster import Cluster
from addressee.database.embedded.memory import memory_bytes
from addressee.database.embedded.settings import sized_for
from addressee.database.errors import SetupError
from addressee.database.installation import Installation
from tests.support.command import addressee
from tests.support.kernel import descendants, is_alive
from tests.support.service import Service, running_service
from tests.support.waiting import until

COUNT, LIVE = "addressee_request_seconds_count", 'operation="health.live"'


def those_with(service: Service, part: str) -> list[int]:
    """The processes of the service with this in their command line, the first one first."""
    return sorted(pid for pid, command in descendants(service.process.pid).items() if part in command)


async def are_gone(processes: dict[int, str]) -> bool:
    return not any(is_alive(pid) for pid in processes)


async def has_said(service: Service, event: str) -> bool:
    return f'"event":"{event}"' in service.log


async def is_ready(service: Service) -> bool:
    async with httpx.AsyncClient(verify=False) as client:
        try:
            return (await client.get(f"{service.url}/health/ready")).status_code == 200
        except httpx.TransportError:
            return False


async def test_it_says_when_it_is_ready_and_ends_in_order(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        await until(lambda: has_said(service, "ready"))
        below = descendants(service.process.pid)
        service.stop()
        assert service.process.returncode == 0
        assert await are_gone(below)
        [ready] = [record for record in map(json.loads, service.log.splitlines()) if record["event"] == "ready"]
    assert ready["url"] == service.url
    assert "database system is shut down" in Cluster(tmp_path / "postgres").log_tail()


async def test_nothing_outlives_it_when_it_is_killed(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with running_service(tmp_path / "data", TMPDIR=str(temporary)) as service:
        await until(lambda: has_said(service, "ready"))
        below = descendants(service.process.pid)
        service.process.kill()
        service.process.wait()
        await until(lambda: are_gone(below))
        [left] = temporary.iterdir()
        service.start()
        assert await is_ready(service)
        [anew] = temporary.iterdir()
        assert anew != left
    assert list(temporary.iterdir()) == []


async def test_each_process_that_is_killed_is_replaced(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        for part in ("addressee.cli.api", "addressee.cli work", "bin/postgres"):
            killed = those_with(service, part)[0]
            os.kill(killed, signal.SIGKILL)

            async def is_replaced(part: str = part, killed: int = killed) -> bool:
                now = those_with(service, part)
                return bool(now) and killed not in now and await is_ready(service)

            await until(is_replaced, 30)


async def test_several_workers_run_beside_each_other_and_end_with_it(tmp_path: Path) -> None:
    with running_service(tmp_path, "--senders", "2") as service:
        below = descendants(service.process.pid)
        assert len(those_with(service, "addressee.cli work")) == 2
        service.stop()
        assert service.process.returncode == 0
        assert await are_gone(below)


async def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = await addressee("serve", "--data-dir", tmp_path, "--port", str(port))
    message = f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Choose another --host or --port."
    assert refused == (1, "", f"addressee: {message}\n")
    assert list(tmp_path.iterdir()) == []


async def test_the_database_is_sized_by_the_machine_and_by_the_operator(tmp_path: Path) -> None:
    with running_service(tmp_path, "--postgres-setting", "shared_buffers=192MB"):
        connection = await asyncpg.connect(**Installation(tmp_path).target().arguments)
        rows = await connection.fetch("SELECT name, setting, unit FROM pg_settings WHERE source = 'command line'")
        await connection.close()
    found = {row["name"]: row["setting"] + (row["unit"] or "") for row in rows}
    assert found["shared_buffers"] == f"{192 * 1024 // 8}8kB"
    assert found["maintenance_work_mem"] == sized_for(memory_bytes())["maintenance_work_mem"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--postgres-setting", "sharred_buffers=1GB"),
            'PostgreSQL does not take sharred_buffers=1GB: unrecognized configuration parameter "sharred_buffers".',
        ),
        (
            ("--postgres-setting", "work_mem=8MB", "--database-url", "postgresql://nowhere"),
            "--postgres-setting is for the embedded PostgreSQL; set up the one of --database-url itself.",
        ),
    ],
)
async def test_a_setting_that_cannot_be_is_refused_before_anything_starts(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    refused = await addressee("serve", "--data-dir", tmp_path, "--port", "0", *arguments)
    assert refused == (1, "", f"addressee: {message}\n")
    assert list(tmp_path.iterdir()) == []


def test_port_0_is_any_free_one() -> None:
    assert free_address("127.0.0.1", 0).port > 0


def test_a_host_may_be_a_name() -> None:
    assert free_address("localhost", 0).host == "127.0.0.1"
    with pytest.raises(SetupError, match="Cannot listen on nowhere.invalid, port 8000: "):
        free_address("nowhere.invalid", 8000)


def test_a_name_that_cannot_be_one_of_a_host_is_refused() -> None:
    with pytest.raises(
        SetupError, match=r"Cannot listen on a\.\.example, port 8000: no name of a host is written like"
    ):
        free_address("a..example", 8000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ADDRESSEE_PUBLIC_URL", "addressee.example.com"),
        ("ADDRESSEE_PRIVATE_HOSTS", "10.0.0.0/99"),
        ("ADDRESSEE_ALLOW_PRIVATE_WEBHOOKS", "a b"),
        ("ADDRESSEE_CONNECTIONS_PER_KEY", "0"),
        ("ADDRESSEE_TRUSTED_PROXIES", "proxy"),
        ("ADDRESSEE_OIDC_ISSUER", "http://id.example.com"),
    ],
)
async def test_a_variable_that_no_process_could_work_with_is_refused_before_anything_starts(
    tmp_path: Path, name: str, value: str
) -> None:
    refused = await addressee("serve", "--data-dir", tmp_path, "--port", "0", **{name: value})
    assert (refused.code, refused.output) == (1, "")
    assert " must " in refused.errors
    assert list(tmp_path.iterdir()) == []


def test_a_variable_that_is_misspelt_is_logged_without_its_value() -> None:
    with capture_logs() as logged:
        warn_of_unknown_variables({"ADDRESSEE_PUBLIC_ULR": "https://x.example", "ADDRESSEE_DATA_DIR": "x", "HOME": "/"})
    assert logged == [
        {
            "event": "environment variable unknown",
            "log_level": "warning",
            "name": "ADDRESSEE_PUBLIC_ULR",
            "nearest": "ADDRESSEE_PUBLIC_URL",
        }
    ]


def test_an_address_of_all_is_shown_as_one_that_can_be_asked() -> None:
    assert Address("0.0.0.0", 8000).url == "http://127.0.0.1:8000"
    assert Address("::", 8000).url == "http://[::1]:8000"
    assert Address("10.0.0.7", 8000).url == "http://10.0.0.7:8000"


async def test_metrics_are_those_of_all_processes(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with running_service(tmp_path / "data", "--workers", "2", TMPDIR=str(temporary)) as service:

        async def requests_in() -> float:
            text = httpx.get(f"{service.url}/metrics", verify=False).text
            [line] = [line for line in text.splitlines() if line.startswith(COUNT) and LIVE in line]
            return float(line.rpartition(" ")[2])

        before = await requests_in()
        asked = 0

        async def all_have_counted() -> bool:
            """Asks by a connection of its own, which either process may answer."""
            nonlocal asked
            httpx.get(f"{service.url}/health/live", verify=False)
            asked += 1
            files = temporary.glob("addressee-metrics-*/counter_*.db")
            return len({file.stem.rpartition("_")[2] for file in files}) == 4  # two of the API, their parent, a worker

        async def all_are_shown() -> bool:
            """Each process adds what it has answered a hundredth of a second later."""
            return await requests_in() == before + asked

        await until(all_have_counted)
        await until(all_are_shown)
    assert list(temporary.iterdir()) == []
