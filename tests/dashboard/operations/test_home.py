"""The home page: what was counted, what waits, what is wrong, and the first steps of a fresh environment."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import httpx
import pytest

from addressee.dashboard.operations.home import age_of, is_late
from addressee.database.installation import Installation
from addressee.database.jobs.held import JobKind
from addressee.database.jobs.queue import Job, Later, enqueue
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.directory.directory import Directory
from addressee.messaging.environment import channels as stored_channels
from addressee.messaging.messaging import Messaging
from addressee.messaging.webhooks.endpoints.endpoints import EndpointChange, NewEndpoint
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from addressee.operators.model import Role
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.conftest import BrowserOf, NewOperator
from tests.messaging.office import IN_APP, OUTBOX, write_files
from tests.support.browsing import load
from tests.support.html import Element
from tests.support.waiting import until

At = Callable[..., str]

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

MINUTES = ("writes", "runs", "sent", "failed")


BOTH = """
steps:
  - {ref: in-app, channel: in-app, template: {body: Hi}}
  - {ref: email, channel: email, template: {subject: Hi, text: Hi}}
"""


class Waiting(Job, frozen=True):
    name: ClassVar[str] = "nobody_does_this"

    environment_id: int


@pytest.fixture
async def client(api: str, keys: Keys, environment: Environment) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a secret key of the environment."""
    key = (await keys.create(environment.name, "secret")).key
    async with httpx.AsyncClient(base_url=api, headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client


async def push(pool: Pool, installation: Installation, environment: Environment, folder: Path) -> None:
    sealer = Sealer(installation.master_key())
    await deploy(pool, sealer, environment.id, read_configuration(folder, {}), datetime.now(UTC))


async def stored(pool: Pool, environment: Environment) -> dict[str, int]:
    statement = """
        SELECT name, sum(count)::int
        FROM addressee.minute_counts
        WHERE environment_id = $1 AND subject IS NULL
        GROUP BY name
    """
    return dict(map(tuple, await pool.fetch(statement, environment.id)))


async def counted(pool: Pool, environment: Environment, at: datetime, name: str, number: int) -> None:
    await pool.execute(
        "INSERT INTO addressee.minute_counts (environment_id, minute, name, count) VALUES ($1, $2, $3, $4)",
        environment.id,
        at.replace(second=0, microsecond=0),
        name,
        number,
    )


def measure(page: Element, id: str) -> Element:
    return page.one("section", **{"aria-labelledby": id})


def numbers(page: Element, id: str) -> dict[str, int]:
    """Returns what the table below a chart says, without the steps in which nothing was counted."""
    rows = [
        (row.one("th").text, int(row.one("td").text.replace(",", "")))
        for row in measure(page, id).one("tbody").all("tr")
    ]
    return {name: number for name, number in rows if number}


def total(page: Element, id: str) -> str:
    return measure(page, id).one("span", **{"class": "sum"}).text


def bars(page: Element, id: str) -> list[str]:
    """Returns the titles of the bars of a chart that are drawn."""
    groups = measure(page, id).one("svg").all("g")
    return [group.one("title").text for group in groups if group.all("rect", **{"class": "bar"})]


@pytest.mark.usefixtures("worker")
async def test_charts_show_what_was_written_and_triggered(
    client: httpx.AsyncClient,
    viewer: httpx.AsyncClient,
    at: At,
    pool: Pool,
    installation: Installation,
    environment: Environment,
    tmp_path: Path,
) -> None:
    files = {"channels/in-app.yaml": IN_APP, "channels/email.yaml": OUTBOX, "workflows/hi.yaml": BOTH}
    await push(pool, installation, environment, write_files(tmp_path, files))
    for id in ("ada", "bob", "cy"):
        body = {"name": id, "email": f"{id}@example.org"}
        assert (await client.put(f"/v1/users/{id}", json=body)).status_code == 200
    answer = await client.post("/v1/workflows/hi/trigger", json={"recipients": ["ada", "bob"]})
    assert answer.status_code == 200
    expected = {"writes": 3, "runs": 2, "sent": 2, "messages.email": 2, "messages.in_app_feed": 2}

    async def all_is_counted() -> bool:
        return await stored(pool, environment) == expected

    await until(all_is_counted)
    for span in ("hour", "day", "month"):
        page = await load(viewer, at(span=span))
        assert [sum(numbers(page, id).values()) for id in MINUTES] == [3, 2, 2, 0]
        assert [total(page, id) for id in MINUTES] == ["3", "2", "2", "0"]
    kinds = [" ".join(link.text.split()) for link in page.one("ul", **{"class": "kinds"}).all("a")]
    assert kinds == ["3 People", "0 Objects", "0 Tenants", "0 Lists", "0 Topics"]
    channels = measure(page, "channels-of-messages")
    assert [each.text for each in channels.all("dt")] == ["E-mail", "In-app"]
    assert [each.text for each in channels.all("dd")] == ["2", "2"]


async def test_a_chart_and_its_table_say_the_same(
    viewer: httpx.AsyncClient, at: At, pool: Pool, environment: Environment, other_environment: Environment
) -> None:
    now = datetime.now(UTC)
    ago = [now - timedelta(minutes=10), now - timedelta(minutes=20)]
    await counted(pool, environment, ago[0], "writes", 1200)
    await counted(pool, environment, ago[1], "writes", 34)
    await counted(pool, environment, now - timedelta(minutes=90), "writes", 5)
    await counted(pool, other_environment, ago[0], "writes", 7)
    page = await load(viewer, at())
    newest, older = (f"{each:%H:%M}" for each in ago)
    assert numbers(page, "writes") == {newest: 1200, older: 34}
    assert bars(page, "writes") == [f"{older}: 34", f"{newest}: 1,200"]
    svg = measure(page, "writes").one("svg")
    about = "Recipients written in the last hour: 1,234, at most 1,200 in a minute"
    assert svg.all("title")[0].text == about
    assert svg.attributes["aria-labelledby"] == svg.all("title")[0].attributes["id"]
    assert [each.text for each in svg.all("text", **{"class": "scale"})] == ["0", "1k", "2k"]
    assert measure(page, "writes").one("details").one("div").attributes["aria-label"] == f"Numbers of {about}"
    assert total(await load(viewer, at(span="day")), "writes") == "1,239"


async def test_links_choose_a_span_and_an_unknown_one_is_the_hour(
    viewer: httpx.AsyncClient, at: At, pool: Pool, environment: Environment
) -> None:
    await counted(pool, environment, datetime.now(UTC) - timedelta(days=2), "runs", 3)
    for asked, shown in (("", "Hour"), ("day", "Day"), ("month", "Month"), ("<script>", "Hour")):
        page = await load(viewer, at(span=asked))
        spans = page.one("nav", **{"aria-label": "Span"}).all("a")
        assert [link.text for link in spans if "aria-current" in link.attributes] == [shown]
        assert [link.attributes["href"] for link in spans] == [at(span=span) for span in ("hour", "day", "month")]
        assert total(page, "runs") == ("3" if shown == "Month" else "0")


async def test_steps_of_a_fresh_environment_lead_to_a_message(
    client: httpx.AsyncClient,
    api: str,
    viewer: httpx.AsyncClient,
    at: At,
    pool: Pool,
    installation: Installation,
    environment: Environment,
    tmp_path: Path,
) -> None:
    page = await load(viewer, at())
    assert [each.text for each in page.one("ol").all("h2")] == ["Create a key", "Push a workflow", "Trigger it"]
    assert page.all("svg") == []
    key, files, trigger = (each.text for each in page.all("pre"))
    assert f"addressee keys create --environment {environment.name} --kind secret" in key
    assert files.endswith(f"addressee push hello --environment {environment.name}")
    workflow = re.search(r"<<'END'\n(.*)END\n", raw(page.all("pre")[1]), re.DOTALL)
    channel = re.search(r"echo '(.*)' > hello/channels/in-app.yaml", files)
    assert workflow is not None
    assert channel is not None
    pushed = {"channels/in-app.yaml": channel[1], "workflows/hello.yaml": workflow[1]}
    await push(pool, installation, environment, write_files(tmp_path, pushed))
    words = shlex.split(trigger.replace("\\", ""))
    assert words[:4] == ["curl", "-X", "POST", f"{api}/v1/workflows/hello/trigger"]
    assert (await client.post(words[3], json=json.loads(words[-1]))).status_code == 200
    assert len((await load(viewer, at())).all("svg")) == 4


def raw(element: Element) -> str:
    """Returns the text of an element with its line breaks."""
    return "".join(each if isinstance(each, str) else raw(each) for each in element.content)


async def test_admins_see_what_operators_did_last(
    new_operator: NewOperator,
    browser_of: BrowserOf,
    viewer: httpx.AsyncClient,
    at: At,
    operators: Operators,
    environment: Environment,
    pool: Pool,
) -> None:
    await counted(pool, environment, datetime.now(UTC), "writes", 1)
    hostile = "<script>alert(1)</script>"
    operator = await new_operator(Role.ADMIN, name=f"Eve {hostile}")
    for number in range(8):
        await operators.acts.record(operator, environment.id, "users.edit", "$users", f"{hostile}{number}")
    page = await load(await browser_of(operator), at())
    shown = measure(page, "acts").one("ul").all("li")
    assert [each.all("bdi")[1].text for each in shown] == [f"{hostile}{number}" for number in (7, 6, 5, 4, 3, 2)]
    assert [each.one("code").text for each in shown] == ["users.edit"] * 6
    assert (await load(viewer, at())).all("section", **{"aria-labelledby": "acts"}) == []


async def test_held_jobs_and_late_ones_stand_out(
    viewer: httpx.AsyncClient,
    at: At,
    pool: Pool,
    environment: Environment,
    other_environment: Environment,
) -> None:
    await counted(pool, environment, datetime.now(UTC), "writes", 1)
    assert (await load(viewer, at())).all("section", **{"aria-labelledby": "attention"}) == []
    async with pool.acquire() as connection, connection.transaction():
        jobs = [Waiting(environment.id), Waiting(environment.id), Waiting(other_environment.id)]
        await enqueue(connection, [Later(each, timedelta(minutes=-5)) for each in jobs])
        await connection.execute(
            """
            UPDATE addressee.jobs
            SET held_at = now()
            WHERE id IN (SELECT id FROM addressee.jobs WHERE name = $1 ORDER BY id OFFSET 1)
            """,
            Waiting.name,
        )
    try:
        page = await load(viewer, at())
    finally:
        await pool.execute("DELETE FROM addressee.jobs WHERE name = $1", Waiting.name)
    link = measure(page, "attention").one("a")
    assert (link.text, link.attributes["href"]) == ("1 job", at("jobs"))
    (row,) = [each for each in measure(page, "queue").one("tbody").all("tr") if each.one("th").text == Waiting.name]
    assert [each.text for each in row.all("td")] == ["0", "1", "Late 5 min"]


async def test_channels_in_trouble_stand_out(
    viewer: httpx.AsyncClient,
    at: At,
    pool: Pool,
    installation: Installation,
    environment: Environment,
    other_environment: Environment,
    tmp_path: Path,
) -> None:
    await counted(pool, environment, datetime.now(UTC), "writes", 1)
    for each in (environment, other_environment):
        await push(pool, installation, each, write_files(tmp_path, {"channels/mail.yaml": OUTBOX}))
        id: UUID = (await stored_channels.by_key(pool, each.id))["mail"].id
        await pool.execute(
            """
            INSERT INTO addressee.channel_states (environment_id, channel_id, paused_at, paused_until, paused_for)
            VALUES ($1, $2, now(), now() + interval '1 hour', 'credentials')
            """,
            each.id,
            id,
        )
    shown = measure(await load(viewer, at()), "attention")
    (line,) = shown.all("li")
    assert line.text == "Paused mail is refused by its provider: its credentials are wrong."
    assert line.one("a").attributes["href"] == at("channels", "mail")


async def test_webhooks_to_which_nothing_gets_need_attention(
    viewer: httpx.AsyncClient, at: At, pool: Pool, installation: Installation, environment: Environment
) -> None:
    await counted(pool, environment, datetime.now(UTC), "writes", 1)
    directory = Directory(pool, sealer=lambda: Sealer(installation.master_key()))
    endpoints = Messaging.from_directory(directory).webhook_endpoints
    ids = [
        (await endpoints.create(environment.id, NewEndpoint("https://example.com/", description=name))).endpoint.id
        for name in ("Fine", "Failing", "Gone", "Switched off")
    ]
    await endpoints.change(environment.id, ids[3], EndpointChange(is_enabled=False))
    since = datetime(2026, 3, 1, 12, tzinfo=UTC)
    await pool.execute("UPDATE addressee.webhook_endpoints SET failing_since = $2 WHERE id = $1", ids[1], since)
    await pool.execute(
        "UPDATE addressee.webhook_endpoints SET disabled_at = $2, disabled_for = 'gone' WHERE id = $1", ids[2], since
    )
    lines = measure(await load(viewer, at()), "attention").all("li")
    assert [line.text for line in lines] == [
        "Failing Failing could not be told of anything since 2026-03-01 12:00:00 UTC .",
        "Disabled Gone is told nothing any more, as it answered that it is gone.",
    ]
    assert [line.one("a").attributes["href"] for line in lines] == [at("webhooks", id) for id in ids[1:3]]


@pytest.mark.parametrize(
    ("seconds", "age", "late"),
    [(0, "0 s", False), (59, "59 s", False), (60, "1 min", False), (61, "1 min", True), (7_300, "2 h", True)],
)
def test_an_age_is_shown_in_its_largest_unit(seconds: int, age: str, *, late: bool) -> None:
    kind = JobKind("send", 0, 1, 0, NOW - timedelta(seconds=seconds), has_more=False)
    assert (age_of(kind, NOW), is_late(kind, NOW)) == (age, late)
