"""What a run keeps to besides its workflow: the kinds of addresses that it may use, and its categories."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import Place
from addressee.directory.writing.writes import Write
from addressee.messaging.runs.model import Terms, common
from addressee.messaging.triggers.trigger import Trigger
from tests.messaging.office import Office
from tests.messaging.runs.test_fan_out import Crowd

EMAIL = frozenset({"email"})
IN_APP = frozenset({"in_app"})


async def steps(office: Office, id: str) -> list[tuple[str, str]]:
    """What became of each step."""
    return [
        (entry["step_ref"], entry.get("data", {}).get("reason", "sent"))
        for entry in await office.journal(id)
        if entry["event"] in {"step_skipped", "message_enqueued"}
    ]


async def triggered(office: Office, *ids: str, **rest: Any) -> None:
    await office.push()
    for id in ids:
        await office.identify(id, email=f"{id}@example.com")
    await office.trigger(*ids, **rest)
    await office.work()


async def test_a_run_without_terms_uses_all_channels_and_its_workflows_categories(office: Office) -> None:
    await triggered(office, "ada")
    assert await steps(office, "ada") == [("in-app", "sent"), ("email", "sent")]
    assert {message.categories for message in await office.messages("ada")} == {("onboarding",)}


async def test_a_run_uses_the_kinds_that_it_is_limited_to(office: Office) -> None:
    await triggered(office, "ada", terms=Terms(kinds=EMAIL))
    assert await steps(office, "ada") == [("in-app", "channel_not_requested"), ("email", "sent")]


async def test_kinds_may_be_those_of_one_recipient(office: Office) -> None:
    await triggered(office, "ada", "bob", kinds={office.user("ada"): IN_APP})
    assert await steps(office, "ada") == [("in-app", "sent"), ("email", "channel_not_requested")]
    assert await steps(office, "bob") == [("in-app", "sent"), ("email", "sent")]


async def test_both_limits_hold(office: Office) -> None:
    await triggered(office, "ada", terms=Terms(kinds=EMAIL), kinds={office.user("ada"): IN_APP})
    assert await steps(office, "ada") == [("in-app", "channel_not_requested"), ("email", "channel_not_requested")]


@pytest.mark.parametrize(("one", "other"), list(product((None, frozenset(), EMAIL, IN_APP, EMAIL | IN_APP), repeat=2)))
def test_what_two_limits_have_in_common_is_what_both_allow(
    one: frozenset[str] | None, other: frozenset[str] | None
) -> None:
    def allowed(kinds: frozenset[str] | None) -> set[str]:
        return {kind for kind in EMAIL | IN_APP if kinds is None or kind in kinds}

    assert allowed(common(one, other)) == allowed(one) & allowed(other)
    assert (common(one, other) is None) == (one is None and other is None)


async def test_messages_are_of_the_runs_categories(office: Office) -> None:
    await triggered(office, "ada", terms=Terms(categories=("marketing", "news")))
    assert {message.categories for message in await office.messages("ada")} == {("marketing", "news")}
    assert len(await office.messages("ada", categories=["news"])) == 2
    assert await office.messages("ada", categories=["onboarding"]) == []


@pytest.mark.parametrize(
    ("categories", "sent"), [(None, False), (("news",), True), (("onboarding",), False), ((), True)]
)
async def test_preferences_are_asked_for_the_runs_categories(
    office: Office, categories: tuple[str, ...] | None, sent: bool
) -> None:
    await office.push()
    unwanted = {"default": {"categories": {"onboarding": False}}}
    place = office.user("ada")
    await office.directory.write(Write(place, (Identify({"email": "ada@example.com"}, preferences=unwanted),)))
    await office.trigger("ada", terms=Terms(categories=categories))
    await office.work()
    assert [reason == "sent" for _, reason in await steps(office, "ada")] == [sent, sent]


async def test_subscribers_are_told_on_the_kinds_of_the_run_and_of_their_object(office: Office) -> None:
    crowd = Crowd(office)
    await office.push()
    await crowd.subscribe("P", "Q")
    await crowd.subscribe("Q", "ada")
    await crowd.subscribe("R", "bob")
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.com")
    projects = [Place(office.environment_id, "projects", id) for id in ("P", "R")]
    await office.messaging.triggers.accept(
        office.environment_id, Trigger("welcome", projects, kinds={projects[0]: EMAIL}, terms=Terms(categories=("a",)))
    )
    await office.work()
    assert await steps(office, "ada") == [("in-app", "channel_not_requested"), ("email", "sent")]
    assert await steps(office, "bob") == [("in-app", "sent"), ("email", "sent")]
    assert {message.categories for id in ("ada", "bob") for message in await office.messages(id)} == {("a",)}


async def test_terms_hold_after_a_delay(office: Office) -> None:
    waiting = """
    steps:
      - {ref: wait, delay: {hours: 1}}
      - {ref: feed, channel: in-app, template: {body: hello}}
    """
    await office.push({"channels/in-app.yaml": "type: in_app_feed", "workflows/waiting.yaml": waiting})
    await office.identify("ada")
    await office.trigger("ada", workflow="waiting", terms=Terms(kinds=EMAIL))
    await office.work()
    await office.pass_time(timedelta(hours=1))
    assert await steps(office, "ada") == [("feed", "channel_not_requested")]
