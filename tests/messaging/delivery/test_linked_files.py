"""Attachments that a trigger names by their URL: fetched once for a run, guarded and bounded, when they are sent."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from addressee.channels.email.files.file_types import DEFAULT
from addressee.channels.requests.exchange import open_public_client
from addressee.channels.requests.fetchable_hosts import ADVICE
from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.database.pool import AWAY
from addressee.directory.errors import UnavailableError
from addressee.messaging.delivery import attachments, linked_files
from addressee.messaging.delivery.linked_files import LinkedFiles
from addressee.messaging.errors import DataInvalidError
from addressee.messaging.lifecycle.maintenance import delete_expired
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import Status
from addressee.messaging.runs.model import RunPage
from addressee.traffic.counting import counting
from tests.messaging.kills import killed_at
from tests.messaging.office import FILES, OUTBOX, Office, WaitingJob
from tests.messaging.triggers.test_attachments import BILL, attached, contents_stored, described, pushed, told
from tests.support.file_server import SECRET, FileServer, file_server

PDF = b"%PDF-1.7\n" + b"x" * 1000
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
PAGE = b"<!DOCTYPE html><title>Log in</title>"


@pytest.fixture
async def files() -> AsyncIterator[FileServer]:
    async with file_server() as server:
        yield server


def linked(url: str, name: str | None = "bill.pdf", **rest: Any) -> dict[str, Any]:
    return {"url": url, "name": name, **rest}


async def sent_with(office: Office, *attachments: Any) -> None:
    await pushed(office)
    await told(office, "ada", data={"attachments": list(attachments)})


async def email_of(office: Office, id: str = "ada") -> Message:
    (message,) = [each for each in await office.messages(id) if each.step_ref == "email"]
    return message


async def sending(office: Office, *ids: str, url: str) -> WaitingJob:
    """Triggers the workflow with a file, and returns the job that sends its e-mails, which is left."""
    await office.trigger(*ids, workflow="bill", data={"attachments": linked(url)})
    while not (found := [job for job in await office.jobs() if job.name == "send"]):
        await office.run_all(await office.jobs())
    (job,) = found
    return job


async def links(office: Office) -> list[tuple[Any, ...]]:
    rows = await office.pool.fetch(
        "SELECT url, failure FROM addressee.attachment_links WHERE environment_id = $1 ORDER BY url",
        office.environment_id,
    )
    return [tuple(row) for row in rows]


async def undelivered(office: Office, id: str = "ada") -> str:
    """Returns why somebody's e-mail was given up at the first attempt."""
    message = await email_of(office, id)
    assert message.status is Status.UNDELIVERED
    events = dict(await office.events(message))
    assert "delivery_attempted" not in events
    assert events["undelivered"]["failure_reason"] == "fatal_error"
    reason: str = events["undelivered"]["failure_details"]
    assert SECRET not in reason
    return reason


async def status(office: Office, id: str = "ada") -> Status:
    return (await email_of(office, id)).status


async def test_a_file_is_fetched_and_goes_with_the_e_mail(office: Office, files: FileServer) -> None:
    await sent_with(office, linked(files.at("/bill", PDF)))
    assert attached(office) == {"ada": [("bill.pdf", "application/pdf", PDF)]}
    assert files.headers[0]["accept-encoding"] == "identity"


async def test_files_may_be_held_and_linked_to(office: Office, files: FileServer) -> None:
    logo = linked(files.at("/logo", PNG, "image/png"), "logo.png", content_id="logo", disposition="inline")
    await sent_with(office, described("terms.pdf", b"%PDF-held"), logo)
    assert attached(office) == {"ada": [("terms.pdf", "application/pdf", b"%PDF-held"), ("logo.png", "image/png", PNG)]}


async def test_whoever_a_run_reaches_has_the_file_by_one_request(office: Office, files: FileServer) -> None:
    people = [f"user-{number}" for number in range(150)]
    await office.push({**FILES, "workflows/bill.yaml": BILL})
    for id in people:
        await office.identify(id, email=f"{id}@example.com")
    url = files.at("/bill", PDF)
    await told(
        office,
        *people,
        data={"attachments": linked(url)},
        overrides={office.user(people[0]): {"attachments": [linked(url)]}},
    )
    assert attached(office) == {id: [("bill.pdf", "application/pdf", PDF)] for id in people}
    assert files.asked == ["/bill"]
    assert await contents_stored(office) == 1


async def test_its_url_is_stored_until_it_was_fetched_and_nowhere_else(office: Office, files: FileServer) -> None:
    url = files.at("/bill", PDF)
    await pushed(office)
    await office.trigger("ada", workflow="bill", data={"attachments": linked(url)})
    assert await links(office) == [(url, None)]
    await office.work()
    assert await links(office) == [(None, None)]
    kept = await office.pool.fetch(
        """
        SELECT runs::text || recipients::text || messages::text AS text
        FROM addressee.workflow_runs AS runs
        JOIN addressee.recipient_runs AS recipients ON recipients.run_id = runs.id
        JOIN addressee.messages AS messages ON messages.recipient_run_id = recipients.id
        WHERE runs.environment_id = $1
        """,
        office.environment_id,
    )
    assert [SECRET in row["text"] for row in kept] == [False, False]


async def test_it_is_in_no_log(
    office: Office, files: FileServer, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    await sent_with(office, linked(files.at("/bill", PDF)))
    await told(office, "bob", data={"attachments": linked(files.answering("/gone", web.Response(status=404)))})
    assert SECRET not in capsys.readouterr().out
    # The client's library tells each request below a warning, which processes leave out (`addressee.logs`).
    logged = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert not [each for each in logged if SECRET in each.getMessage()]


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({}, "bill.pdf"),
        ({"content_disposition": 'attachment; filename="Bill 7.pdf"'}, "Bill 7.pdf"),
        ({"content_disposition": "attachment; filename*=UTF-8''M%C3%A4rz.pdf"}, "März.pdf"),
        ({"content_disposition": 'attachment; filename="../../etc/run.exe"'}, "run.exe.pdf"),
    ],
)
async def test_without_a_name_it_has_the_servers(
    office: Office, files: FileServer, headers: dict[str, str], name: str
) -> None:
    await sent_with(office, linked(files.at("/files/bill.pdf", PDF, **headers), None, content_type="application/pdf"))
    assert attached(office) == {"ada": [(name, "application/pdf", PDF)]}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (web.Response(status=404), "answered 404; check that the URL is right, needs no login and has not expired"),
        (web.Response(status=403), "answered 403; check that the URL is right, needs no login and has not expired"),
        (web.Response(status=302), "redirects to what is no URL"),
        (web.Response(status=302, headers={"location": "ftp://files.example.com/a"}), "redirects to what is no URL"),
    ],
)
async def test_what_is_not_there_ends_the_message(
    office: Office, files: FileServer, answer: web.Response, reason: str
) -> None:
    await sent_with(office, linked(files.answering("/bill", answer)))
    host = files.url.removeprefix("http://")
    assert await undelivered(office) == f"an attachment was not fetched: {host} {reason}"


async def test_what_is_not_there_is_left_out_if_it_is_not_required(office: Office, files: FileServer) -> None:
    gone = linked(files.answering("/gone", web.Response(status=404)), required=False)
    await sent_with(office, gone, described())
    assert [name for name, _, _ in attached(office)["ada"]] == ["bill.pdf"]
    assert await status(office) is Status.SENT


@pytest.mark.parametrize(
    ("content", "content_type", "described_type", "reason"),
    [
        (PAGE, "text/html; charset=utf-8", None, "is of the type text/html, which the channel does not send"),
        (PAGE, "text/html", "application/pdf", "is of the type text/html, which the channel does not send"),
        (PAGE, "application/pdf", None, "is said to be of the type application/pdf, but is not"),
        (PAGE, "application/octet-stream", "application/pdf", "is said to be of the type application/pdf, but is not"),
        (b"MZ\x90\0" + bytes(60), "image/png", None, "is said to be of the type image/png, but is not"),
        (b"#!/bin/sh\n", "text/plain", None, "is said to be of the type text/plain, but is not"),
        (b"\x7fELF\2\1\1\0", "binary/octet-stream", None, "is of no type that the channel sends"),
        (PNG, "image/png", "application/zip", "is of the type application/zip, which the channel does not send"),
    ],
)
async def test_a_file_of_another_type_ends_the_message(
    office: Office, files: FileServer, content: bytes, content_type: str, described_type: str | None, reason: str
) -> None:
    await sent_with(office, linked(files.at("/bill", content, content_type), content_type=described_type))
    assert (await undelivered(office)).startswith(f"an attachment was not fetched: the file {reason}")
    assert await contents_stored(office) == 0


async def test_a_channel_may_allow_other_types(office: Office, files: FileServer) -> None:
    channel = f"{OUTBOX}\n  attachment_types: [application/zip, image/*]"
    await office.push({**FILES, "workflows/bill.yaml": BILL, "channels/email.yaml": channel})
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.com")
    archive = linked(files.at("/a.zip", b"PK\x03\x04...", "application/zip"), "a.zip")
    await told(office, "ada", data={"attachments": [archive, linked(files.at("/logo", PNG, "image/png"), "logo.png")]})
    assert [type for _, type, _ in attached(office)["ada"]] == ["application/zip", "image/png"]
    await told(office, "bob", data={"attachments": linked(files.at("/bill", PDF))})
    assert "the type application/pdf, which the channel does not send" in await undelivered(office, "bob")


async def test_a_server_that_fails_is_asked_again_when_the_send_is_tried_again(
    office: Office, files: FileServer
) -> None:
    url = files.answering(
        "/bill",
        web.Response(status=503),
        web.Response(status=429, headers={"retry-after": "120"}),
        web.Response(body=PDF, headers={"content-type": "application/pdf"}),
    )
    await sent_with(office, linked(url))
    assert await status(office) is Status.DELIVERY_ATTEMPTED
    await office.work_after(timedelta(seconds=12))
    assert (len(files.asked), await status(office)) == (2, Status.DELIVERY_ATTEMPTED)
    await office.work_after(timedelta(seconds=60))
    assert (len(files.asked), await status(office)) == (2, Status.DELIVERY_ATTEMPTED)
    await office.work_after(timedelta(seconds=80))
    assert (len(files.asked), await status(office)) == (3, Status.SENT)
    assert attached(office) == {"ada": [("bill.pdf", "application/pdf", PDF)]}


async def test_a_failure_holds_for_all_sends_of_a_moment(office: Office, files: FileServer) -> None:
    """These are two batches."""
    people = [f"user-{number}" for number in range(150)]
    await office.push({**FILES, "workflows/bill.yaml": BILL})
    for id in people:
        await office.identify(id, email=f"{id}@example.com")
    url = files.answering("/bill", web.Response(status=500))
    await told(office, *people, data={"attachments": linked(url)})
    assert files.asked == ["/bill"]
    assert {await status(office, id) for id in people} == {Status.DELIVERY_ATTEMPTED}


async def test_its_channel_is_not_to_blame(office: Office, files: FileServer) -> None:
    async with counting(office.pool):
        await sent_with(office, linked(files.answering("/bill", web.Response(status=404))))
    states = "SELECT paused_for, failures, sent_at FROM addressee.channel_states WHERE environment_id = $1"
    assert [tuple(row) for row in await office.pool.fetch(states, office.environment_id)] == [(None, 0, None)]
    channel_id = await office.channel_id("email")
    health = (await office.messaging.channel_healths.of(office.environment_id, [channel_id]))[channel_id]
    assert (health.tried, health.last_failure) == (0, None)


async def test_a_server_that_is_slow_is_given_up_for_now(
    office: Office, files: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linked_files, "FETCHING_SECONDS", 0.2)
    url = files.at("/slow", PDF)
    await sent_with(office, linked(url))
    assert await status(office) is Status.DELIVERY_ATTEMPTED
    files.goes_on.set()
    await office.work_after(timedelta(seconds=12))
    assert attached(office) == {"ada": [("bill.pdf", "application/pdf", PDF)]}


async def test_a_file_without_an_end_is_read_up_to_the_limit(office: Office, files: FileServer) -> None:
    await sent_with(office, linked(f"{files.url}/endless"))
    assert "has a file of more than 10 MB; send a smaller one, or a link to it" in await undelivered(office)


async def test_a_file_that_says_that_it_is_too_large_is_not_read(office: Office, files: FileServer) -> None:
    files.raw["/bill"] = b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 10000001\r\n\r\n%PDF-"
    await sent_with(office, linked(f"{files.url}/bill"))
    assert "has a file of more than 10 MB" in await undelivered(office)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 5000\r\n\r\n%PDF-",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(PDF)[:30],
        b"no HTTP at all",
    ],
)
async def test_a_part_of_a_file_is_not_sent(office: Office, files: FileServer, answer: bytes) -> None:
    files.raw["/bill"] = answer
    await sent_with(office, linked(f"{files.url}/bill"))
    assert await status(office) is Status.DELIVERY_ATTEMPTED
    assert await contents_stored(office) == 0


async def test_a_file_that_was_stored_in_gzip_is_expanded_up_to_the_limit(office: Office, files: FileServer) -> None:
    await sent_with(office, linked(files.at("/bill", gzip.compress(PDF), content_encoding="gzip")))
    assert attached(office) == {"ada": [("bill.pdf", "application/pdf", PDF)]}
    bomb = gzip.compress(b"%PDF-" + bytes(20_000_000))
    url = files.at("/bomb", bomb, content_encoding="gzip")
    await told(office, "bob", data={"attachments": linked(url)})
    assert "has a file of more than 10 MB" in await undelivered(office, "bob")


async def test_an_encoding_that_nobody_asked_for_is_refused(office: Office, files: FileServer) -> None:
    await sent_with(office, linked(files.at("/bill", PDF, content_encoding="br")))
    assert "sends the file encoded, although it was not asked to" in await undelivered(office)


async def test_the_files_of_an_e_mail_have_a_limit_together(office: Office, files: FileServer) -> None:
    half = b"%PDF-" + bytes(6_000_000)
    first, second = files.at("/1", half), files.at("/2", half)
    await sent_with(office, linked(first, "1.pdf"), linked(second, "2.pdf"))
    assert await undelivered(office) == "its attachments have more than 10 MB together; send links to them"
    await told(office, "bob", data={"attachments": [linked(first, "1.pdf", required=False), linked(second, "2.pdf")]})
    assert [name for name, _, _ in attached(office)["bob"]] == ["2.pdf"]


async def test_a_redirect_is_followed_where_the_host_may_be_asked(office: Office, files: FileServer) -> None:
    target = files.at("/store/bill", PDF)
    url = files.answering("/bill", web.Response(status=302, headers={"location": target}))
    await sent_with(office, linked(url))
    assert attached(office) == {"ada": [("bill.pdf", "application/pdf", PDF)]}
    assert files.asked == ["/bill", "/store/bill"]


async def test_a_redirect_in_a_circle_ends(office: Office, files: FileServer) -> None:
    url = files.answering("/bill", web.Response(status=307, headers={"location": "/bill"}))
    await sent_with(office, linked(url))
    assert "redirects too often" in await undelivered(office)
    assert len(files.asked) == 4


@pytest.mark.parametrize("private", ["http://127.0.0.2:{port}/x", "http://169.254.169.254/x", "http://[::1]:{port}/x"])
@pytest.mark.parametrize("redirected", [False, True])
async def test_a_private_host_is_not_asked_by_a_url_nor_by_a_redirect(
    office: Office, files: FileServer, private: str, redirected: bool
) -> None:
    url = private.format(port=files.url.rpartition(":")[2])
    if redirected:
        url = files.answering("/bill", web.Response(status=302, headers={"location": url}))
    await sent_with(office, linked(url))
    assert (await undelivered(office)).endswith(
        "is not a public host; if workflows may ask it, name it in ADDRESSEE_PRIVATE_HOSTS"
    )
    assert files.asked == ["/bill"] * redirected


async def test_a_name_is_resolved_once_and_its_address_is_the_one_that_was_checked(
    office: Office, files: FileServer
) -> None:
    resolved = []

    async def resolve(host: str, port: int) -> list[str]:
        resolved.append(host)
        return ["127.0.0.1"] if len(resolved) == 1 else ["10.0.0.1"]

    office.use_for_fetches(open_public_client(resolve=resolve, allowed=AllowedHosts.listed("127.0.0.0/8", ADVICE)))
    files.at("/bill", PDF)
    await sent_with(office, linked(files.url.replace("127.0.0.1", "files.example.com") + "/bill"))
    assert attached(office) == {"ada": [("bill.pdf", "application/pdf", PDF)]}
    assert resolved == ["files.example.com"]


async def test_workers_at_once_fetch_a_file_once(
    office: Office, files: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pushed(office)
    job = await sending(office, "ada", "bob", url=files.at("/slow", PDF))
    working = asyncio.create_task(office.run(job))
    await files.was_asked.wait()
    rows = await office.pool.fetch(
        "SELECT run_id, id FROM addressee.attachment_links WHERE environment_id = $1", office.environment_id
    )
    ((run_id, id),) = rows
    other = LinkedFiles(office.pool, office.clock, open_public_client(allowed=AllowedHosts.listed("127.0.0.1", ADVICE)))
    with monkeypatch.context() as impatient:
        impatient.setattr(linked_files, "WAITING_SECONDS", 0)
        await other.fetch(RunPage(office.environment_id, run_id, 1), [id], DEFAULT)
    waiting = asyncio.create_task(other.fetch(RunPage(office.environment_id, run_id, 1), [id], DEFAULT))
    files.goes_on.set()
    await asyncio.gather(working, waiting)
    assert files.asked == ["/slow"]
    assert attached(office) == {id: [("bill.pdf", "application/pdf", PDF)] for id in ("ada", "bob")}


async def test_a_worker_that_dies_with_a_file_leaves_it_to_the_next(office: Office, files: FileServer) -> None:
    """At whatever statement it dies, the e-mail leaves with the file, which is stored once."""
    await pushed(office)
    url = files.at("/bill", PDF)
    statement, was_killed = 0, True
    while was_killed:
        statement += 1
        id = f"user-{statement}"
        await office.identify(id, email=f"{id}@example.com")
        job = await sending(office, id, url=url)
        with killed_at(statement) as sent, suppress(*AWAY, UnavailableError):
            await office.run(job)
        was_killed = sent[0] >= statement
        for _ in range(2):
            office.clock.move(timedelta(minutes=2))
            await office.work(deferred=True)
        assert await status(office, id) is Status.SENT
        assert set(attached(office)[id]) == {("bill.pdf", "application/pdf", PDF)}
    assert await contents_stored(office) == statement
    assert statement > 10


async def test_files_of_each_recipients_own_go_out_a_few_at_a_time(
    office: Office, files: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as fit into memory, at least one."""
    monkeypatch.setattr(attachments, "MAX_BATCH_BYTES", 1500)
    people = [f"user-{number}" for number in range(6)]
    await office.push({**FILES, "workflows/bill.yaml": BILL})
    for id in people:
        await office.identify(id, email=f"{id}@example.com")
    own = {office.user(id): {"attachments": linked(files.at(f"/{id}", PDF + id.encode()))} for id in people}
    await told(office, *people, overrides=own)
    assert attached(office) == {id: [("bill.pdf", "application/pdf", PDF + id.encode())] for id in people}
    assert sorted(files.asked) == sorted(f"/{id}" for id in people)


async def test_they_are_deleted_with_what_was_sent_and_with_their_run(office: Office, files: FileServer) -> None:
    url = files.at("/bill", PDF)
    await sent_with(office, linked(url))
    await office.trigger("bob", workflow="bill", data={"attachments": linked(url)})
    await office.delete("bob")
    await office.work()
    assert await links(office) == [(None, None)]
    office.clock.move(timedelta(hours=1))
    await delete_expired(office.pool, office.clock.now())
    assert (await links(office), await contents_stored(office)) == ([], 0)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"url": "bill.pdf"}, "url"),
        ({"url": 5}, "url"),
        ({"url": "ftp://files.example.com/bill.pdf"}, "url"),
        ({"name": "a\r\nBcc: eve@example.com"}, "name"),
        ({"content_type": "pdf"}, "content_type"),
        ({"required": "no"}, "required"),
    ],
)
async def test_what_is_no_file_refuses_the_trigger(office: Office, wrong: dict[str, Any], place: str) -> None:
    await pushed(office)
    with pytest.raises(DataInvalidError) as error:
        await told(office, "ada", data={"attachments": [{**linked("https://files.example.com/bill.pdf"), **wrong}]})
    assert error.value.fields == [f"data.attachments[0].{place}"]
    assert await links(office) == []


async def test_a_message_that_failed_for_its_file_can_be_sent_again(office: Office, files: FileServer) -> None:
    await sent_with(office, linked(files.answering("/bill", web.Response(status=404))))
    message = await email_of(office)
    files.at("/bill", PDF)
    office.clock.move(timedelta(minutes=2))
    await office.messaging.resender.send_again(office.environment_id, message.id, 0)
    await office.work()
    assert attached(office) == {"ada": [("bill.pdf", "application/pdf", PDF)]}
