"""Conditions on the messages of earlier steps, and on audiences: read when they are asked for, as they are by then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import Place
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.runs.contexts import message_states
from addressee.preferences.audiences import AUDIENCES
from tests.messaging.office import FILES, Office

ESCALATING = """
steps:
  - {ref: feed, channel: in-app, template: {body: "new"}}
  - {ref: pause, delay: {minutes: 30}}
  - {ref: mail, channel: email, template: {subject: "still new", text: "new"}, if: CONDITION}
"""


def escalating(condition: str) -> dict[str, str]:
    return {**FILES, "workflows/welcome.yaml": ESCALATING.replace("CONDITION", condition)}


async def waiting(office: Office, condition: str, *ids: str) -> None:
    await office.push(escalating(condition))
    for id in ids:
        await office.identify(id, email=f"{id}@example.com")
    await office.trigger(*ids)
    await office.work()


async def mark(office: Office, id: str, *marks: Mark) -> None:
    (message,) = await office.messages(id)
    for each in marks:
        await office.messaging.marks.mark(office.environment_id, [message.id], each)


async def mailed(office: Office, *ids: str) -> list[str]:
    """Lets the delay pass, and returns who of these was sent an e-mail then."""
    await office.pass_time(timedelta(minutes=31))
    messages = {id: await office.messages(id) for id in ids}
    return [id for id, found in messages.items() if any(each.step_ref == "mail" for each in found)]


async def skipped(office: Office, id: str) -> Any:
    (entry,) = [entry for entry in await office.journal(id) if entry["event"] == "step_skipped"]
    return entry["data"]["conditions"]


async def test_a_message_that_was_not_seen_is_followed_by_another(office: Office) -> None:
    await waiting(office, "not refs.feed.seen", "ada", "bob", "cyd")
    await mark(office, "bob", Mark.SEEN)
    await mark(office, "cyd", Mark.READ)
    assert await mailed(office, "ada", "bob", "cyd") == ["ada"]
    assert await skipped(office, "bob") == [
        {
            "variable": "refs.feed.engagement_status",
            "operator": "not_contains",
            "argument": "seen",
            "value": ["seen", "seen_not_read"],
            "result": False,
        }
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("refs.feed.engagement_status contains $message.seen_not_read", ["ada"]),
        ("refs.feed.engagement_status >= $message.read", ["bob", "cyd"]),
        ("refs.feed.status == $message.archived", ["cyd"]),
        ("refs.feed.delivered", ["ada", "bob", "cyd", "dan"]),
        ("refs.feed.delivery_status < $message.delivered", []),
        ("refs.feed.engagement_status == []", ["dan"]),
    ],
)
async def test_states_of_delivery_and_engagement(office: Office, condition: str, expected: list[str]) -> None:
    await waiting(office, f"'{condition}'", "ada", "bob", "cyd", "dan")
    await mark(office, "ada", Mark.SEEN)
    await mark(office, "bob", Mark.SEEN, Mark.READ)
    await mark(office, "cyd", Mark.READ, Mark.ARCHIVED)
    assert await mailed(office, "ada", "bob", "cyd", "dan") == expected


async def test_a_step_that_was_skipped_says_so(office: Office) -> None:
    skipping = ESCALATING.replace("template: {body", "if: data.x, template: {body").replace(
        "CONDITION", "refs.feed.skipped and not refs.feed.sent"
    )
    await office.push({**FILES, "workflows/welcome.yaml": skipping})
    await office.identify("ada", email="ada@example.com")
    await office.trigger("ada")
    await office.work()
    assert await mailed(office, "ada") == ["ada"]


ROUTED = """
steps:
  - ref: reach
    type: route
    mode: all
    channels: [in-app, email]
    templates: {in-app: {body: "new"}, email: {subject: "new", text: "new"}}
  - {ref: first, channel: in-app, template: {body: "x"}, if: refs.reach.status >= $message.delivered}
  - {ref: pause, delay: {minutes: 30}}
  - {ref: mail, channel: email, template: {subject: "x", text: "x"}, if: refs.reach.seen}
"""


async def test_the_messages_of_a_route_count_as_one(office: Office) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": ROUTED})
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.com")
    await office.trigger("ada", "bob")
    await office.work()
    sent = await office.messages("ada")
    assert sorted(each.step_ref for each in sent) == ["first", "reach-email", "reach-in-app"]
    (mail,) = [each for each in sent if each.step_ref == "reach-email"]
    await office.messaging.marks.mark(office.environment_id, [mail.id], Mark.READ)
    assert await mailed(office, "ada", "bob") == ["ada"]


async def test_the_state_of_a_message_is_known_at_once(office: Office) -> None:
    at_once = """
steps:
  - {ref: feed, channel: in-app, template: {body: "new"}}
  - {ref: none, channel: email, if: data.x, template: {subject: "x", text: "x"}}
  - {ref: mail, channel: email, template: {subject: "x", text: "x"}, if: [refs.feed.delivered, refs.none.skipped]}
  - {ref: last, channel: in-app, template: {body: "x"}, if: refs.mail.delivery_status == $message.queued}
"""
    await office.push({**FILES, "workflows/welcome.yaml": at_once})
    await office.identify("ada", email="ada@example.com")
    await office.trigger("ada")
    await office.work()
    assert sorted(each.step_ref for each in await office.messages("ada")) == ["feed", "last", "mail"]


async def test_a_message_that_a_merge_has_moved_keeps_its_states(office: Office) -> None:
    await waiting(office, "not refs.feed.seen", "guest", "visitor")
    await office.identify("ada", email="ada@example.com")
    await mark(office, "guest", Mark.SEEN)
    await office.merge("ada", "guest")
    await office.merge("ada", "visitor")
    await office.work()
    assert await mailed(office, "ada") == ["ada"]
    mails = [each for each in await office.messages("ada") if each.step_ref == "mail"]
    assert len(mails) == 1


async def test_nothing_is_read_that_no_condition_asks_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**values: object) -> None:
        raise AssertionError("nothing asks for states")

    monkeypatch.setitem(message_states.SQL, "message_states", refuse)
    await waiting(office, "data.x != 1", "ada")
    assert await mailed(office, "ada") == ["ada"]


async def test_steps_ask_for_audiences(office: Office) -> None:
    await office.push(escalating("recipient is_audience_member beta"))
    beta = Place(office.environment_id, AUDIENCES, "beta")
    audience = (await office.directory.write(Write(beta, (Identify(),)))).recipient
    assert audience is not None
    ada = await office.identify("ada", email="ada@example.com")
    await office.identify("bob", email="bob@example.com")
    await office.directory.subscriptions.add(audience, [ada])
    await office.trigger("ada", "bob")
    await office.work()
    assert await mailed(office, "ada", "bob") == ["ada"]


@pytest.mark.parametrize(("ago", "expected"), [(10, []), (40, ["ada"])])
async def test_times_are_relative_to_when_the_step_is_taken(office: Office, ago: int, expected: list[str]) -> None:
    await office.push(escalating("data.at is_timestamp_before '1 hour ago'"))
    await office.identify("ada", email="ada@example.com")
    at = office.clock.now() - timedelta(minutes=ago)
    await office.trigger("ada", data={"at": at.isoformat()})
    await office.work()
    assert await mailed(office, "ada") == expected
