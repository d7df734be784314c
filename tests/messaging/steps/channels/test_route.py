"""Routes: one channel after the other, until the recipient has noticed."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.schedules.scheduler import start_due
from addressee.messaging.triggers.batches import Record
from addressee.messaging.triggers.events import Event
from addressee.messaging.workflows.configuration import ConfigurationError
from tests.messaging.office import FILES, OUTBOX, Office

HOUR = timedelta(hours=1)
MAIL = {"subject": "Look", "text": "look"}
CHANNELS = {"channels/second.yaml": OUTBOX, "channels/third.yaml": OUTBOX}


def route(*following: dict[str, Any], **written: Any) -> dict[str, str]:
    step = {
        "ref": "reach",
        "type": "route",
        "channels": ["email", "in-app", "second", "third"],
        "templates": {"in-app": {"body": "look"}, "email": MAIL, "second": MAIL, "third": MAIL},
        "within": "4h",
        **written,
    }
    end = {"ref": "end", "channel": "in-app", "template": {"body": "end"}}
    workflow = msgspec.json.encode({"steps": [step, *following, end]}).decode()
    return {**FILES, **CHANNELS, "workflows/routed.yaml": workflow}


async def trigger(office: Office, files: dict[str, str], **attributes: Any) -> None:
    await office.push(files)
    await office.identify("ada", **{"email": "ada@example.com", **attributes})
    await office.trigger("ada", workflow="routed")
    await office.work()


async def told(office: Office) -> list[str]:
    """The steps that have made messages, in their order."""
    return [message.step_ref for message in reversed(await office.messages("ada"))]


async def test_channels_follow_each_other_until_the_time_is_over(office: Office) -> None:
    await trigger(office, route())
    assert await told(office) == ["reach-in-app", "reach-email"]
    await office.pass_time(2 * HOUR)
    assert await told(office) == ["reach-in-app", "reach-email", "reach-second"]
    await office.pass_time(2 * HOUR)
    assert await told(office) == ["reach-in-app", "reach-email", "reach-second", "reach-third", "end"]


async def test_nothing_follows_what_was_seen_on_any_channel(office: Office) -> None:
    await trigger(office, route())
    await office.pass_time(2 * HOUR)
    [shown] = [message for message in await office.messages("ada") if message.step_ref == "reach-in-app"]
    await office.messaging.marks.mark(office.environment_id, [shown.id], Mark.SEEN)
    await office.work()
    assert await told(office) == ["reach-in-app", "reach-email", "reach-second", "end"]


async def test_what_was_seen_between_two_waits_counts(office: Office) -> None:
    """The first wait is over, and the second has not begun yet."""
    await trigger(office, route())
    office.clock.move(2 * HOUR)
    await start_due(office.pool, office.clock.now())
    [shown] = [message for message in await office.messages("ada") if message.step_ref == "reach-in-app"]
    await office.messaging.marks.mark(office.environment_id, [shown.id], Mark.READ)
    await office.work()
    assert await told(office) == ["reach-in-app", "reach-email", "end"]


async def test_what_is_shown_in_the_app_is_not_thereby_delivered(office: Office) -> None:
    await trigger(office, route(success="delivered"))
    await office.pass_time(2 * HOUR)
    assert await told(office) == ["reach-in-app", "reach-email", "reach-second"]


async def test_a_wait_for_the_messages_of_a_route(office: Office) -> None:
    awaited = {"event": {"event_type": "message", "event_key": "seen", "step_ref": "reach"}, "expires_after": "1h"}
    wait = {"ref": "wait", "type": "wait_for_event", "settings": awaited}
    await trigger(office, route(wait, mode="all", within=None))
    office.clock.move(HOUR / 2)
    [second] = [message for message in await office.messages("ada") if message.step_ref == "reach-second"]
    await office.messaging.marks.mark(office.environment_id, [second.id], Mark.SEEN)
    await office.work()
    assert (await told(office))[-1] == "end"


async def test_an_event_of_ones_own_is_success(office: Office) -> None:
    await trigger(office, route(success={"event": "answered"}))
    office.clock.move(HOUR)
    answered = Record(Event("answered", office.user("ada")))
    await office.messaging.triggers.accept_all(office.environment_id, [answered])
    await office.work()
    assert await told(office) == ["reach-in-app", "reach-email", "end"]


async def test_a_channel_without_an_address_is_passed_over_at_once(office: Office) -> None:
    await trigger(office, route(), email=None)
    assert await told(office) == ["reach-in-app", "end"]


async def test_mandatory_channels_and_an_interval_of_ones_own(office: Office) -> None:
    await trigger(office, route(mandatory=["third"], within=None, step_delay="30m"))
    assert await told(office) == ["reach-in-app", "reach-third", "reach-email"]
    await office.pass_time(HOUR / 2)
    assert (await told(office))[3:] == ["reach-second", "end"]


async def test_all_channels_at_once(office: Office) -> None:
    await trigger(office, route(mode="all", within=None))
    assert await told(office) == ["reach-email", "reach-in-app", "reach-second", "reach-third", "end"]


async def test_a_message_that_fails_is_followed_at_once(office: Office) -> None:
    templates = {"in-app": {"body": "look"}, "email": {**MAIL, "text": "{% for n in (1..20000) %}.{% endfor %}"}}
    await trigger(office, route(templates={**templates, "second": MAIL, "third": MAIL}))
    assert await told(office) == ["reach-in-app", "reach-email", "reach-second"]


async def test_conditions_pass_over_the_whole_route(office: Office) -> None:
    await trigger(office, route(conditions={"all": [{"variable": "data.n", "operator": "equal_to", "argument": "1"}]}))
    assert await told(office) == ["end"]


async def test_conditions_name_the_steps_of_a_route(office: Office) -> None:
    """The wait that had an event, and the state of one message."""
    written = ["refs.reach-wait-email.matched", 'refs.reach-email.delivery_status == "sent"']
    late = {"ref": "late", "if": written, "channel": "in-app", "template": {"body": "late"}}
    await trigger(office, route(late))
    await office.pass_time(HOUR)
    [shown] = [message for message in await office.messages("ada") if message.step_ref == "reach-in-app"]
    await office.messaging.marks.mark(office.environment_id, [shown.id], Mark.SEEN)
    await office.work()
    assert await told(office) == ["reach-in-app", "reach-email", "late", "end"]


async def test_steps_of_a_route_have_refs_of_their_own(office: Office) -> None:
    other = {"ref": "reach-second", "channel": "in-app", "template": {"body": "x"}}
    with pytest.raises(ConfigurationError, match="another step is called 'reach-second'"):
        await office.push(route(other))


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"channels": ["email", "fax"]}, "there is no template for the channel 'fax'"),
        ({"within": None}, "'within' is missing"),
        ({"success": "sean"}, "this must be delivered, seen, read, interacted"),
        ({"mandatory": ["fax"]}, "'fax' is not one of 'channels'"),
        ({"mode": "all"}, "waits for nothing"),
        ({"templates": {"email": {"subject": "x"}, "in-app": {}, "second": MAIL, "third": MAIL}}, "an e-mail needs"),
    ],
)
async def test_mistakes(office: Office, written: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        await office.push(route(**written))
