"""PostgreSQL is killed while slow e-mails leave and a process of the API starts: nothing fails, nothing is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.channels.mail_server import MailServer, mail_server
from tests.messaging.delivery.test_send_job import SMTP
from tests.messaging.office import write_files
from tests.support.kernel import is_alive
from tests.support.service import Service, running_service
from tests.support.waiting import until
from tests.test_crashes import (
    TAKEOVER_SECONDS,
    api_process,
    database,
    everything_is_done,
    kill,
    postgres,
    processes,
)

# Each half has an installation of its own, so that both can be played at the same time.
HALVES = (range(10), range(10, 20))
TRIGGERS = 6
KILLS = 3
SLOW_SECONDS = 2.0

READY_IN_A_ROW = 20
READY_SECONDS = 60

WORKFLOW = """
steps:
  - ref: mail
    channel: email
    template: {subject: Hello, text: "Hello {{ recipient.name }}"}
"""

TRY_AGAIN = 503


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("rounds", HALVES, ids=["first half", "second half"])
async def test_no_restart_of_the_database_holds_a_job_or_answers_500(tmp_path: Path, rounds: range) -> None:
    async with mail_server() as mail:
        mail.seconds = SLOW_SECONDS
        with running_service(tmp_path / "data", "--workers", "2") as service:
            configure(service, tmp_path / "pushed", mail)
            key = service.create_key()
            asked: Counter[int] = Counter()
            accepted: list[str] = []
            for round in rounds:
                async with asking(service, key, asked):
                    accepted += await trigger(service, key, round)
                    await until(lambda: is_busy(mail))
                    await kill(api_process(service))
                    for _ in range(KILLS):
                        await kill(await next_backend(service))
                    if round % 2:
                        await kill(postgres(service))
                    await until_ready(service, key)
            async with database(tmp_path / "data") as connection:
                await until(lambda: everything_is_done(connection), TAKEOVER_SECONDS)
                statuses = await connection.fetch("SELECT recipient_id, status FROM addressee.messages")
                sent = await connection.fetch(
                    """
                    SELECT messages.recipient_id, count(*)
                    FROM addressee.message_events
                    JOIN addressee.messages ON messages.id = message_id
                    WHERE type = 'message.sent'
                    GROUP BY messages.recipient_id
                    """
                )
                waiting = await connection.fetchval("SELECT count(*) FROM addressee.sends WHERE due_at IS NOT NULL")
    assert Counter(map(tuple, statuses)) == Counter((id, "sent") for id in accepted)
    assert Counter(map(tuple, sent)) == Counter((id, 1) for id in accepted)
    assert waiting == 0
    # Sending is at least once: what is sent again is the same message.
    arrived = {
        (recipients[0], str(mail["message-id"])) for recipients, mail in zip(mail.recipients, mail.mails, strict=True)
    }
    assert sorted(to for to, _ in arrived) == sorted(f"{id}@example.com" for id in accepted)
    assert set(asked) <= {200, TRY_AGAIN}
    assert asked[200] > 0


def configure(service: Service, folder: Path, mail: MailServer) -> None:
    write_files(folder, {"channels/email.yaml": SMTP.format(port=mail.port), "workflows/mail.yaml": WORKFLOW})
    service.command("push", str(folder), "--environment", "development")


async def trigger(service: Service, key: str, round: int) -> list[str]:
    """Triggers the workflow for some people, each by a request that is repeated under its key until it is accepted."""
    ids = [f"person-{round:02}-{number}" for number in range(TRIGGERS)]
    async with httpx.AsyncClient(base_url=service.url, headers=authorization(key), timeout=30, verify=False) as http:
        for id in ids:
            body = {"recipients": [{"id": id, "email": f"{id}@example.com"}]}

            async def is_accepted(id: str = id, body: object = body) -> bool:
                try:
                    answer = await http.post(
                        "/v1/workflows/mail/trigger", json=body, headers={"idempotency-key": f"trigger-{id}"}
                    )
                except httpx.TransportError:
                    return False
                assert answer.status_code in {200, TRY_AGAIN}, answer.text
                return answer.status_code == 200

            await until(is_accepted, READY_SECONDS)
    return ids


@asynccontextmanager
async def asking(service: Service, key: str, asked: Counter[int]) -> AsyncIterator[None]:
    """Somebody who asks all the time, by a new connection each time, and counts the statuses of what was answered."""
    ended = asyncio.Event()

    async def ask() -> None:
        while not ended.is_set():
            for path in ("/health/ready", "/v1/messages"):
                status, body = await get(service, path, key)
                if status is not None:
                    asked[status] += 1
                if status == TRY_AGAIN and path != "/health/ready":
                    assert body["code"] == "service_unavailable", body

    asker = asyncio.create_task(ask())
    try:
        yield
    finally:
        ended.set()
        await asker


async def get(service: Service, path: str, key: str) -> tuple[int | None, dict[str, object]]:
    """The status and the body of an answer; no status when there was no connection."""
    async with httpx.AsyncClient(base_url=service.url, headers=authorization(key), timeout=30, verify=False) as http:
        try:
            answer = await http.get(path)
        except httpx.TransportError:
            return None, {}
        return answer.status_code, answer.json()


def authorization(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


async def is_busy(mail: MailServer) -> bool:
    return mail.busy > 0


async def next_backend(service: Service) -> int:
    """A connection's process, once there is one."""
    found: list[int] = []

    async def is_there() -> bool:
        found[:] = [pid for pid in processes(service, "[local]") if is_alive(pid)]
        return bool(found)

    await until(is_there, READY_SECONDS)
    return found[0]


async def until_ready(service: Service, key: str) -> None:
    """Until each of many new connections is told that the service is ready: all its processes are."""

    async def are_ready() -> bool:
        statuses = [(await get(service, "/health/ready", key))[0] for _ in range(READY_IN_A_ROW)]
        return statuses == [200] * READY_IN_A_ROW

    await until(are_ready, READY_SECONDS)
