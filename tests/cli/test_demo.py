"""`addressee demo`: it passes on the real service, and every one of its checks can fail."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Mapping
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import httpx
import pytest
from knockapi.types.users import FeedListItemsResponse

from addressee.cli import demo as demo_module
from addressee.cli.demo.checks import check_all
from addressee.cli.demo.delivery import Skipped
from addressee.cli.demo.everywhere import expected
from addressee.cli.demo.people import ADDRESSEE, DELETED, FEED_OWNER, USER, People, Person, read_people
from addressee.cli.demo.scenario import Results
from addressee.cli.demo.service import environment_of
from addressee.cli.errors import CommandError
from addressee.database.installation import Installation
from tests.support.browsing import submit
from tests.support.command import COMMAND
from tests.support.html import parse
from tests.support.kernel import descendants, is_alive
from tests.support.waiting import until

PEOPLE = read_people()


async def start_demo(folder: Path, *options: str) -> asyncio.subprocess.Process:
    """The demo as a person runs it, with its temporary folder in `folder`."""
    environment = {**os.environ, "TMPDIR": str(folder), "ADDRESSEE_DATABASE_URL": "postgresql://nowhere.invalid/x"}
    return await asyncio.create_subprocess_exec(
        *COMMAND, "demo", *options, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment
    )


@pytest.mark.slow
async def test_it_shows_what_it_checked_and_leaves_nothing_behind(tmp_path: Path) -> None:
    process = await start_demo(tmp_path)
    output, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, ""), output.decode()
    shown = output.decode()
    for id in (USER, FEED_OWNER, ADDRESSEE):
        assert PEOPLE.person(id).name in shown
    assert "Subject     Welcome, Conceição Falcão!" in shown
    assert "All 20 checks passed" in shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
async def test_it_stays_with_a_dashboard_until_ctrl_c(tmp_path: Path) -> None:
    process = await start_demo(tmp_path, "--stay")
    assert process.stdout is not None
    shown: dict[str, str] = {}
    while "Password" not in shown:
        name, _, value = (await process.stdout.readline()).decode().strip().rpartition("   ")
        shown[name.strip()] = value
    async with httpx.AsyncClient(follow_redirects=True, timeout=30) as browser:
        form = parse((await browser.get(shown["Dashboard"])).text).one("form", action="/dashboard/sign-in")
        browser.base_url = httpx.URL(shown["Dashboard"]).join("/")
        answer = await submit(browser, form, email=shown["E-mail address"], password=shown["Password"])
    assert answer.url.path == "/dashboard/env/development"
    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "")
    assert list(tmp_path.iterdir()) == []


async def test_ctrl_c_ends_it_and_everything_that_it_started(tmp_path: Path) -> None:
    process = await start_demo(tmp_path)

    async def has_begun() -> bool:
        return any("addressee.cli.api" in command for command in descendants(process.pid).values())

    await until(has_begun, 60)
    below = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    output, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (130, "")
    assert "Stopped." in output.decode()
    assert not any(is_alive(pid) for pid in below)
    assert list(tmp_path.iterdir()) == []


async def test_it_says_how_to_get_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_module, "SDKS", ("knockapi", "not_installed_here"))
    with pytest.raises(CommandError, match="pip install knockapi suprsend-py-sdk"):
        await demo_module.demo(stay=False)


def test_it_never_touches_another_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADDRESSEE_DATA_DIR", "ADDRESSEE_DATABASE_URL", "ADDRESSEE_MASTER_KEY"):
        monkeypatch.setenv(name, "somebody's")
    environment = environment_of(Installation(Path("/own")))
    assert "somebody's" not in environment.values()
    assert environment["ADDRESSEE_DATA_DIR"] == "/own"


def feed_item(person: Person) -> FeedListItemsResponse:
    return FeedListItemsResponse.model_validate(
        {
            "__typename": "FeedItem",
            "id": "1",
            "activities": [],
            "actors": [],
            "blocks": [
                {
                    "name": "body",
                    "type": "markdown",
                    "content": "",
                    "rendered": f"<p><strong>Welcome, {escape(person.name)}!</strong> "
                    "It is good to have you with us.</p>",
                }
            ],
            "inserted_at": "",
            "source": {"__typename": "Workflow", "key": "welcome", "version_id": "", "categories": []},
            "total_activities": 0,
            "total_actors": 0,
            "updated_at": "",
        }
    )


def email(person: Person, **changes: str) -> EmailMessage:
    return composed(person, changes) if changes else email_as_it_must_be(person.id)


@cache
def email_as_it_must_be(id: str) -> EmailMessage:
    """Nobody changes one, and a thousand of them take seconds."""
    return composed(PEOPLE.person(id), {})


def composed(person: Person, changes: Mapping[str, str]) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Example <hello@example.com>"
    message["To"] = person.email
    message["Subject"] = changes.get("subject", f"Welcome, {person.name}!")
    message["Date"] = "Sun, 01 Jun 2025 12:00:00 +0000"
    message["Message-ID"] = "<1@example.com>"
    message.set_content(changes.get("text", f"Hello {person.name},\n\nit is good …"))
    html = changes.get("html", f"<p>Hello {escape(person.name)},</p>\n<p>it is …</p>")
    message.add_alternative(html, subtype="html")
    return message


def as_it_must_be(people: People) -> Results:
    """What a service without mistakes shows."""
    users = {person.id: {**person.user, "updated_at": "now", "__cursor": "1"} for person in people.remaining}
    return Results(
        bulk_successes=len(people.in_bulk),
        user={**people.person(USER).user, "updated_at": "now"},
        users=users,
        feeds={person.id: [] if person.id == DELETED else [feed_item(person)] for person in people.all},
        emails=[email(person) for person in people.by_email.values()],
        statuses={"in_app_feed": "delivered", "email": "sent"},
        completed_runs=len(people.remaining),
        skipped={person.id: Skipped("email", "no_email_address") for person in people.without_email},
        deleted_is_gone=True,
        arrivals=expected(),
    )


def failed(results: Results) -> list[str]:
    return [check.name for check in check_all(PEOPLE, results) if not check.passed]


def test_nothing_fails_when_all_is_as_it_must_be() -> None:
    assert failed(as_it_must_be(PEOPLE)) == []


def without(some: Mapping[str, Any], id: str) -> dict[str, Any]:
    return {key: value for key, value in some.items() if key != id}


FIRST = PEOPLE.person(ADDRESSEE)
OTHERS = [person for person in PEOPLE.by_email.values() if person is not FIRST]


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        (lambda results: {"user": {**results.user, "plan": "free"}}, ["the user as fetched"]),
        (lambda results: {"user": {**results.user, "extra": 1}}, ["the user as fetched"]),
        (lambda results: {"users": without(results.users, USER)}, ["people", "users not as they were sent"]),
        (
            lambda results: {"users": {**results.users, USER: {**results.users[USER], "city": None}}},
            ["users not as they were sent"],
        ),
        (lambda results: {"deleted_is_gone": False}, ["deleted"]),
        (lambda results: {"bulk_successes": 899}, ["rows written in bulk"]),
        (lambda results: {"arrivals": results.arrivals[1:]}, ["messages that vendors got"]),
        (lambda results: {"arrivals": [*results.arrivals, results.arrivals[0]]}, ["messages that vendors got"]),
        (lambda results: {"completed_runs": 998}, ["completed runs"]),
        (
            lambda results: {"feeds": {**results.feeds, FEED_OWNER: []}},
            ["in-app messages", "feeds not as they must be"],
        ),
        (
            lambda results: {"feeds": {**results.feeds, FEED_OWNER: [feed_item(FIRST)]}},
            ["feeds not as they must be"],
        ),
        (
            lambda results: {"feeds": {**results.feeds, DELETED: [feed_item(FIRST)]}},
            ["in-app messages", "items in the feed of the deleted user"],
        ),
        (
            lambda results: {"emails": results.emails[1:]},
            ["e-mails", "addresses written to, and how often"],
        ),
        (
            lambda results: {"emails": [*results.emails[1:], results.emails[-1]]},
            ["addresses written to, and how often"],
        ),
        (
            lambda results: {"emails": [*results.emails[1:], email(PEOPLE.person(DELETED))]},
            ["addresses written to, and how often", "e-mails not as they must be"],
        ),
        (
            lambda results: {"emails": [email(FIRST, subject="Welcome!"), *map(email, OTHERS)]},
            ["e-mails not as they must be"],
        ),
        (
            lambda results: {"emails": [email(FIRST, text="Hello you,"), *map(email, OTHERS)]},
            ["e-mails not as they must be"],
        ),
        (
            lambda results: {"emails": [email(FIRST, html="<p>Hello you,</p>"), *map(email, OTHERS)]},
            ["e-mails not as they must be"],
        ),
        (lambda results: {"statuses": {**results.statuses, "email": "queued"}}, ["the addressee's messages"]),
        (
            lambda results: {"skipped": dict(list(results.skipped.items())[1:])},
            ["e-mail steps skipped", "why e-mails were skipped"],
        ),
        (
            lambda results: {"skipped": {id: Skipped("email", "tired") for id in results.skipped}},
            ["why e-mails were skipped"],
        ),
    ],
)
def test_each_check_fails_when_it_must(spoil: Callable[[Results], dict[str, Any]], names: list[str]) -> None:
    results = as_it_must_be(PEOPLE)
    assert failed(replace(results, **spoil(results))) == names
