"""Explanations: each step of a workflow with whether it would arrive, where, why not, and until when it waits."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify, SetPreferences
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.messaging.office import IN_APP, OUTBOX, write_files
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

Push: TypeAlias = Callable[[str], Awaitable[None]]

PLAIN = """
name: Welcome
categories: [onboarding]
steps:
  - ref: mail
    email: {subject: Hello, text: "Hello {{ recipient.name }}"}
  - ref: feed
    in_app: {body: Hello}
"""

LONG = """
name: Invoice
steps:
  - ref: size
    type: branch
    branches:
      - name: Large
        if: data.amount >= 10000
        steps:
          - ref: call
            in_app: {body: Somebody will call you}
      - name: Small
        steps: []
  - ref: pause
    type: delay
    settings: {delay_for: {unit: days, value: 3}}
  - ref: mail
    if: recipient.plan == "pro"
    email: {subject: Invoice, text: It is due}
  - ref: feed
    in_app: {body: It is due}
"""


@pytest.fixture
def push(pool: Pool, installation: Installation, environment: Environment, tmp_path: Path) -> Push:
    """Deploys a workflow by the key `welcome`, with channels for e-mail and for the feed."""

    async def push(workflow: str) -> None:
        files = {"channels/in-app.yaml": IN_APP, "channels/email.yaml": OUTBOX, "workflows/welcome.yaml": workflow}
        configuration = read_configuration(write_files(tmp_path, files), {})
        await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))

    return push


@pytest.fixture
async def ada(directory: Directory, environment: Environment) -> Place:
    place = Place(environment.id, USERS, "ada")
    await directory.write(Write(place, (Identify({"name": "Ada", "email": "ada@example.com"}),)))
    return place


def steps_of(shown: Element) -> list[list[str]]:
    """Returns the heading and the sentences of each step."""
    steps = shown.one("ol", **{"class": "way card"}).content
    return [
        [each.text for each in step.below() if each.name in {"h3", "p", "li"}]
        for step in steps
        if isinstance(step, Element)
    ]


def explained(at: Callable[..., str], **asked: Any) -> str:
    return at("users", "ada", "explain", workflow="welcome", **asked)


async def test_it_says_what_would_arrive_and_where(
    editor: httpx.AsyncClient, push: Push, ada: Place, at: Callable[..., str]
) -> None:
    await push(PLAIN)
    empty = await load(editor, at("users", "ada", "explain"))
    options = empty.one("select", id="f-workflow").all("option")
    assert [(each.attributes["value"], each.text) for each in options] == [("", "Choose"), ("welcome", "Welcome")]
    shown = await load(editor, explained(at))
    assert shown.one("p", role="status").text == "It would arrive: E-mail by email, In-app feed by in-app ."
    assert steps_of(shown) == [
        ["E-mail by email mail Would arrive", "To ada@example.com ."],
        ["In-app feed by in-app feed Would arrive"],
    ]


async def test_it_says_whose_preferences_stop_it(
    editor: httpx.AsyncClient, directory: Directory, push: Push, ada: Place, at: Callable[..., str]
) -> None:
    await push(PLAIN)
    await directory.write(Write(ada, (SetPreferences("default", {"kinds": {"email": False}}),)))
    mail, _ = steps_of(await load(editor, explained(at)))
    assert mail == [
        "E-mail by email mail Would not arrive",
        "The recipient's own preferences say no, at kinds.email.",
    ]


async def test_it_says_that_an_address_is_missing_or_suppressed(
    http: httpx.Client,
    editor: httpx.AsyncClient,
    directory: Directory,
    push: Push,
    ada: Place,
    at: Callable[..., str],
) -> None:
    await push(PLAIN)
    suppressed = {"suppressions": [{"kind": "email", "address": "ada@example.com"}]}
    http.post("/directory/v1/suppressions", json=suppressed).raise_for_status()
    mail, _ = steps_of(await load(editor, explained(at)))
    assert mail[:2] == [
        "E-mail by email mail Would not arrive",
        "The address is suppressed: an operator or the API put it there.",
    ]
    assert mail[2].startswith("ada@example.com is suppressed since")
    await directory.write(Write(ada, (Identify({"email": None}),)))
    mail, _ = steps_of(await load(editor, explained(at)))
    assert mail == ["E-mail by email mail Would not arrive", "There is no e-mail address to send to."]


async def test_steps_are_in_their_order_with_what_they_compared_and_when_they_go_on(
    editor: httpx.AsyncClient, push: Push, ada: Place, at: Callable[..., str]
) -> None:
    await push(LONG)
    size, call, pause, mail, feed = steps_of(await load(editor, explained(at, data='{"amount": 12}')))
    assert size == [
        "Branch size Goes on",
        "The run takes the branch Small.",
        "Not true data.amount greater than or equal to 10000 it is 12",
    ]
    assert call == [
        "In-app feed by in-app call Would not arrive",
        "The run takes the branch Small at size, which leads past it.",
    ]
    assert pause[0] == "Delay pause Waits"
    assert pause[1].startswith("Until ")
    assert mail == [
        "E-mail by email mail Would not arrive",
        "Its conditions are not true.",
        "Not true recipient.plan equal to pro it is nothing",
    ]
    assert feed[0] == "In-app feed by in-app feed Would arrive"
    assert feed[1].startswith("At ")
    assert feed[2].startswith("Once it is known what comes of pause ;")


async def test_quiet_hours_have_it_wait(
    editor: httpx.AsyncClient, directory: Directory, push: Push, ada: Place, at: Callable[..., str]
) -> None:
    await push(PLAIN)
    now = datetime.now(UTC)
    begun, ends = ((now + timedelta(hours=each)).strftime("%H:%M") for each in (-1, 1))
    quiet = {"windows": [{"from": begun, "until": ends}], "timezone": "UTC"}
    await directory.write(Write(ada, (SetPreferences("default", {"quiet_hours": quiet}),)))
    mail, feed = steps_of(await load(editor, explained(at)))
    assert mail[:2] == ["E-mail by email mail Would wait", "It is the recipient's quiet hours."]
    assert mail[3].startswith("Until ")
    assert mail[3].endswith(f"{ends}:00 UTC by the clock of UTC .")
    assert feed[0] == "In-app feed by in-app feed Would arrive"
    assert feed[1].startswith("At ")


async def test_what_was_asked_wrongly_is_said_beside_its_field(
    editor: httpx.AsyncClient, push: Push, ada: Place, at: Callable[..., str]
) -> None:
    await push(PLAIN)
    answer = await editor.get(explained(at, tenant="nowhere", data="[1]"))
    assert answer.status_code == 422
    shown = parse(answer.text)
    assert shown.one("p", id="h-tenant").text == "There is no such tenant; leave this empty, or add the tenant."
    assert shown.one("p", id="h-data").text.startswith('Write a JSON object, like {"amount": 5}:')
    assert shown.one("textarea").text == "[1]"
    missing = await editor.get(at("users", "ada", "explain", workflow="nothing"))
    assert missing.status_code == 422
    assert "There is no such workflow; choose another one." in missing.text


async def test_data_that_a_trigger_could_not_have_are_named(
    editor: httpx.AsyncClient, push: Push, ada: Place, at: Callable[..., str]
) -> None:
    schema = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}}
    await push(f"{PLAIN}trigger_data_json_schema: {json.dumps(schema)}\n")
    shown = await load(editor, explained(at, data="{}"))
    assert "A trigger with these data would be refused" in shown.one("p", role="status").text
    assert "amount" in shown.one("p", role="status").text


async def test_addresses_are_masked_until_a_viewer_asks_which_is_recorded(
    viewer: httpx.AsyncClient,
    operators: Operators,
    push: Push,
    ada: Place,
    at: Callable[..., str],
    directory: Directory,
) -> None:
    await push(PLAIN)
    await directory.write(Write(Place(ada.environment_id, TENANTS, "acme/ü"), (Identify(),)))
    shown = await load(viewer, explained(at, tenant="acme/ü"))
    assert "ada@example.com" not in shown.text
    assert "To a••••@example.com" in shown.text
    form = next(each for each in shown.all("form") if "explain/reveal" in (each.attributes["action"] or ""))
    assert "To ada@example.com" in parse((await submit(viewer, form)).text).text
    acts = await operators.acts.list_of(ada.environment_id, USERS, "ada", PageRequest(10))
    assert [act.name for act in acts.entries] == ["explain.reveal"]
