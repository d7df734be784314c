"""Scenarios: what happens to people around a folder of workflows, and which messages they get, told in a file.

start: "2026-11-30T09:00:00Z"           the time at which it begins
people: {ada: {email: ada@example.com}}  attributes beside properties, and a preference set, `preferences`
tenants: {acme: {name: Acme}}
secrets: {api_key: "k-123456"}           those that fetch steps use
answers: {/plans: {seats: 3}}            what the host at vars.api_url answers, by paths; 404 elsewhere
script:                                  what happens, in this order; each is one of
  - {trigger: key, to: [ada], data: {}, actor: bob, tenant: acme, key: cancellation-key}
  - {event: name, of: ada, data: {}}
  - {identify: ada, plan: pro}
  - {mark: seen, ref: feed, of: ada}     her newest message of this step
  - {cancel: key, key: cancellation-key, to: [ada]}
  - {wait: 1d2h30m}                      what is due meanwhile happens at its time
messages:                                all that there are in the end, in the order of seconds, people and times
  - {to: ada, ref: mail, after: 2h, says: {subject: …}}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from addressee.directory import attributes
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.definitions.reading import read
from addressee.messaging.environment.secrets import Secrets
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.preview.printing import fields_of
from addressee.messaging.schedules.scheduler import start_due
from addressee.messaging.triggers.batches import Record
from addressee.messaging.triggers.events import Event
from addressee.messaging.triggers.trigger import Trigger
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.office import Office

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}

# What is due one after the other while time passes; a scenario with more does not come to an end.
MAX_TIMES = 1000


class Expected(msgspec.Struct, forbid_unknown_fields=True):
    """A message as a scenario tells of it: what it `says` are some of its fields."""

    to: str
    ref: str
    after: str = "0s"
    says: dict[str, Any] = {}


class Scenario(msgspec.Struct, forbid_unknown_fields=True):
    script: list[dict[str, Any]]
    messages: list[Expected]
    start: datetime | None = None
    secrets: dict[str, str] = {}
    answers: dict[str, Any] = {}
    people: dict[str, dict[str, Any]] = {}
    tenants: dict[str, dict[str, Any]] = {}


def read_scenario(file: Path) -> Scenario:
    source = read(file, file.parent)
    assert not source.problems, source.problems
    return msgspec.convert(source.value, Scenario)


class Played(NamedTuple):
    """The messages that there are after a scenario, and those that it expects: they should be the same."""

    told: Sequence[Mapping[str, Any]]
    expected: Sequence[Mapping[str, Any]]


async def play(office: Office, folder: Path, scenario: Scenario) -> Played:
    """Pushes a folder, has everything happen, and returns the messages beside those that are expected."""
    if scenario.start is not None:
        office.clock.move(scenario.start - office.clock.now())
    async with provider_server() as server:
        server.answer = partial(answered, scenario.answers)
        return await play_beside(server, office, folder, scenario)


def answered(answers: Mapping[str, Any], request: ReceivedRequest) -> Reply:
    return Reply(body=answers[request.path]) if request.path in answers else Reply(404)


async def play_beside(server: ProviderServer, office: Office, folder: Path, scenario: Scenario) -> Played:
    begun = office.clock.now()
    for name, value in scenario.secrets.items():
        await Secrets(office.pool, office.sealer).set(office.environment_id, name, value, begun)
    configuration = read_configuration(folder, {}, Available(secrets=frozenset(scenario.secrets)))
    if "api_url" in (configuration.variables or {}):
        configuration = replace(configuration, variables={**(configuration.variables or {}), "api_url": server.url})
    await deploy(office.pool, office.sealer, office.environment_id, configuration, begun)
    for collection, described in ((USERS, scenario.people), (TENANTS, scenario.tenants)):
        for id, traits in described.items():
            await identify(office, Place(office.environment_id, collection, id), traits)
    for act in scenario.script:
        await happen(office, act)
    return Played(await told(office, begun, scenario), [described_as(each) for each in scenario.messages])


async def identify(office: Office, place: Place, traits: Mapping[str, Any]) -> None:
    own = {name: value for name, value in traits.items() if name in attributes.NAMES}
    rest = {name: value for name, value in traits.items() if name not in attributes.NAMES}
    sets = {"default": rest.pop("preferences")} if "preferences" in rest else {}
    edit = Identify(attributes={"name": place.id.title(), **own}, properties=rest, preferences=sets)
    await office.directory.write(Write(place, (edit,)))


async def happen(office: Office, act: dict[str, Any]) -> None:
    match act:
        case {"trigger": workflow, "to": people, **rest}:
            actor = office.user(rest["actor"]) if "actor" in rest else None
            what = Trigger(
                workflow,
                [office.user(id) for id in people],
                rest.get("data", {}),
                actor,
                rest.get("tenant"),
                cancellation_key=rest.get("key"),
            )
            await office.messaging.triggers.accept(office.environment_id, what)
        case {"event": name, "of": id, **rest}:
            event = Event(name, office.user(id), rest.get("data", {}), rest.get("tenant"))
            await office.messaging.triggers.accept_all(office.environment_id, [Record(event)])
        case {"identify": id, **traits}:
            await identify(office, office.user(id), traits)
        case {"mark": mark, "ref": ref, "of": id}:
            found = [message for message in await office.messages(id) if message.step_ref == ref]
            await office.messaging.marks.mark(office.environment_id, [found[0].id], Mark(mark))
        case {"cancel": workflow, "key": key, **rest}:
            people = [office.user(id) for id in rest["to"]] if "to" in rest else None
            await office.messaging.runs.cancel(office.environment_id, workflow, key, people)
        case {"wait": duration}:
            await let_pass(office, duration_of(duration))
        case _:
            raise AssertionError(f"nothing is known that happens so: {act}")
    await office.work()


async def let_pass(office: Office, duration: timedelta) -> None:
    """Lets time pass; what falls due meanwhile happens at its time."""
    until = office.clock.now() + duration
    for _ in range(MAX_TIMES):
        due = await office.pool.fetchval(
            """
            SELECT min(due_at)
            FROM addressee.recipient_runs
            WHERE environment_id = $1
              AND status = 'paused'
              AND due_at <= $2
            """,
            office.environment_id,
            until,
        )
        office.clock.move(max((until if due is None else due) - office.clock.now(), timedelta()))
        await start_due(office.pool, office.clock.now())
        await office.work()
        if due is None:
            return
    raise AssertionError("what is due comes to no end")


def duration_of(written: str) -> timedelta:
    """Returns a duration as `1d2h30m` says it."""
    parts = re.findall(r"(\d+)([wdhms])", written)
    assert parts, written
    assert "".join(number + unit for number, unit in parts) == written
    return timedelta(**{UNITS[unit]: int(number) for number, unit in parts})


async def told(office: Office, begun: datetime, scenario: Scenario) -> list[dict[str, Any]]:
    """Returns all messages as the scenario would tell of them; each says the fields that it is expected to say."""
    messages = [message for id in scenario.people for message in reversed(await office.messages(id))]
    messages.sort(key=lambda message: whole_seconds(message.inserted_at - begun))
    contents = await office.messaging.messages.contents(office.environment_id, [message.id for message in messages])
    shown = [
        (message.recipient.id, message.step_ref, message.inserted_at - begun, fields_of(content.content))
        for message, content in zip(messages, contents, strict=True)
    ]
    return [
        {
            "to": to,
            "ref": ref,
            "after": whole_seconds(after),
            "says": {name: said.get(name) for name in expected_of(scenario.messages, index)},
        }
        for index, (to, ref, after, said) in enumerate(shown)
    ]


def whole_seconds(after: timedelta) -> timedelta:
    """Each job takes the clock of a test on by a moment."""
    return timedelta(seconds=int(after.total_seconds()))


def expected_of(expected: Sequence[Expected], index: int) -> Mapping[str, Any]:
    return expected[index].says if index < len(expected) else {}


def described_as(expected: Expected) -> dict[str, Any]:
    return {
        "to": expected.to,
        "ref": expected.ref,
        "after": duration_of(expected.after),
        "says": expected.says,
    }
