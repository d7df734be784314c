"""Simulations: what would happen to somebody, and when, with nothing stored."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.directory.edits.recipients import SetPreferences
from addressee.directory.writing.writes import Write
from addressee.messaging.errors import DataInvalidError, WorkflowMissingError
from addressee.messaging.preview.model import PreviewedEvent, PreviewedMessage
from addressee.messaging.preview.printing import fields_of
from addressee.messaging.preview.simulations import Simulated, Simulation
from tests.messaging.office import FILES, Office

WORKFLOW: dict[str, Any] = {
    "trigger_data_schema": {"properties": {"n": {"type": "integer"}}},
    "steps": [
        {"ref": "once", "type": "throttle", "settings": {"throttle_window": "1d"}},
        {"ref": "collect", "type": "batch", "settings": {"batch_window": "10m"}},
        {
            "ref": "feed",
            "channel": "in-app",
            "template": {"body": "{{ recipient.name }}: {{ total_activities }}, {{ data.n }}"},
        },
        {
            "ref": "seen",
            "type": "wait_for_event",
            "settings": {
                "event": {"event_type": "message", "event_key": "seen", "step_ref": "feed"},
                "expires_after": "1h",
                "on_match": "halt",
                "on_timeout": "continue",
            },
        },
        {"ref": "mail", "channel": "email", "template": {"subject": "Unseen", "text": "Look"}},
    ],
}


async def simulate(office: Office, id: str = "ada", **rest: Any) -> Simulated:
    return await office.messaging.simulations.simulate(Simulation(office.user(id), "digest", **rest))


async def push(office: Office) -> None:
    await office.push({**FILES, "workflows/digest.yaml": msgspec.json.encode(WORKFLOW).decode()})
    await office.identify("ada", email="ada@example.com")


def told(office: Office, simulated: Simulated) -> list[tuple[float, str, Any]]:
    """The messages: after how many minutes, of which step, and what they say or why they would not be sent."""
    return [
        (
            (each.at - office.clock.now()) / timedelta(minutes=1),
            each.ref,
            each.obstacle or (None if each.content is None else next(iter(fields_of(each.content).values()))),
        )
        for each in simulated.happened
        if isinstance(each, PreviewedMessage)
    ]


async def test_what_happens_when(office: Office) -> None:
    await push(office)
    before = await office.counts()
    simulated = await simulate(office, items=[{"n": 1}, {"n": 2}])
    assert told(office, simulated) == [(10, "feed", "<p>Ada: 2, 2</p>"), (70, "mail", "Example <hello@example.com>")]
    events = [each.event for each in simulated.happened if isinstance(each, PreviewedEvent)]
    assert events == ["batch_opened", "batch_closed", "wait_started", "wait_expired", "run_completed"]
    assert (await office.counts(), await office.jobs()) == (before, [])


async def test_an_event_that_happens(office: Office) -> None:
    await push(office)
    assert told(office, await simulate(office, events=["seen"])) == [(10, "feed", "<p>Ada: 1,</p>")]


async def test_preferences_as_they_are(office: Office) -> None:
    await push(office)
    chosen = SetPreferences("default", {"kinds": {"email": False}})
    await office.directory.write(Write(office.user("ada"), (chosen,)))
    assert told(office, await simulate(office))[1] == (70, "mail", "preferences")


async def test_what_cannot_be_simulated(office: Office) -> None:
    await push(office)
    assert (await simulate(office, "nobody")).obstacle == {"reason": "recipient_missing"}
    with pytest.raises(DataInvalidError):
        await simulate(office, items=[{"n": "one"}])
    with pytest.raises(WorkflowMissingError):
        await office.messaging.simulations.simulate(Simulation(office.user("ada"), "none"))


async def test_another_version_than_the_current_one(office: Office) -> None:
    await push(office)
    before = await office.messaging.workflows.overview(office.environment_id, "digest")
    await office.push({"workflows/digest.yaml": "steps:\n  - {ref: only, delay: 1h}"})
    refs = [each.ref for each in (await simulate(office)).happened]
    assert set(refs) == {"only", None}
    refs = [each.ref for each in (await simulate(office, version=before.version.id)).happened]
    assert {"collect", "feed"} <= set(refs)
    with pytest.raises(WorkflowMissingError):
        await simulate(office, version=UUID(int=7))
