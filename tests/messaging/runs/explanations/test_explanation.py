"""What preferences stop at each step of a run, and that `explain` says exactly what a run does."""

from __future__ import annotations

from typing import Any

import pytest

from addressee.directory.access.environments import Environments
from addressee.directory.edits.addresses import AddAddress
from addressee.directory.edits.recipients import Identify, SetPreferences
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.model import Address
from addressee.messaging.runs.explanations.explanation import Explanation
from addressee.messaging.suppressions.model import Reason, Suppression, suppression_of
from addressee.preferences.audiences import AUDIENCES
from addressee.preferences.sets import MEMBERS
from tests.conftest import Environment
from tests.messaging.office import FILES, OUTBOX, WELCOME, Office

NO_EMAIL = {"kinds": {"email": False}}
IS_PRO = {"variable": "recipient.plan", "operator": "equal_to", "argument": "pro"}


async def prefer(office: Office, id: str, set_id: str, document: dict[str, Any], collection: str = "$users") -> None:
    place = Place(office.environment_id, collection, id)
    await office.directory.write(Write(place, (SetPreferences(set_id, document),)))


async def left_out(office: Office, id: str) -> dict[str, Any]:
    """The steps that the run of the only trigger left out, and why."""
    journal = await office.journal(id)
    return {entry["step_ref"]: entry["data"] for entry in journal if entry["event"] == "step_skipped"}


def obstacles(explanation: Explanation) -> dict[str, Any]:
    return {step.ref: step.obstacle for step in explanation.steps if step.obstacle is not None}


async def explained_and_done(office: Office, id: str, **rest: Any) -> dict[str, Any]:
    """What a run leaves out; `explain` said the same before."""
    said = obstacles(await office.messaging.runs.explain(office.user(id), "welcome", **rest))
    await office.trigger(id, **rest)
    await office.work()
    done = await left_out(office, id)
    assert said == done
    return done


def preferred(layer: str, scope: str, **condition: Any) -> dict[str, Any]:
    return {"reason": "preferences", "layer": layer, "scope": scope, **condition}


async def test_nothing_is_stopped_where_nothing_is_said(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    explanation = await office.messaging.runs.explain(office.user("ada"), "welcome")
    feed = await office.channel_id()
    assert explanation.obstacle is None
    assert [(step.ref, step.channel.key, step.reached, step.addresses) for step in explanation.steps] == [
        ("in-app", "in-app", True, (("in_app", str(feed)),)),
        ("email", "email", True, (("email", "ada@example.com"),)),
    ]
    assert await explained_and_done(office, "ada") == {}
    assert len(await office.messages("ada")) == 2


async def test_a_step_that_is_not_wanted_is_left_out_and_the_others_go_on(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await prefer(office, "ada", "default", {"categories": {"onboarding": NO_EMAIL}})
    assert await explained_and_done(office, "ada") == {
        "email": preferred("recipient_default", "categories.onboarding.kinds.email"),
    }
    (item,) = await office.messages("ada")
    assert item.channel.key == "in-app"


async def test_what_is_missing_counts_where_nothing_is_preferred(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    assert await explained_and_done(office, "ada") == {"email": {"reason": "no_email_address"}}


async def test_the_environments_default_counts_for_all(office: Office) -> None:
    await office.push({**FILES, "preferences.yaml": "kinds: {email: false, in_app: false}"})
    await office.identify("ada", email="ada@example.com")
    await prefer(office, "ada", "default", {"kinds": {"email": True}})
    assert await explained_and_done(office, "ada") == {"in-app": preferred("environment_default", "kinds.in_app")}


async def test_a_tenants_default_counts_in_its_runs_instead_of_the_recipients(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await prefer(office, "ada", "default", {"kinds": {"in_app": False}})
    await prefer(office, "acme", MEMBERS, NO_EMAIL, TENANTS)
    assert await explained_and_done(office, "ada", tenant="acme") == {
        "email": preferred("tenant_default", "kinds.email")
    }


async def test_and_the_recipients_set_for_the_tenant_above_it(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await prefer(office, "acme", MEMBERS, NO_EMAIL, TENANTS)
    await prefer(
        office, "ada", "acme", {"kinds": {"email": True}, "workflows": {"welcome": {"kinds": {"in_app": False}}}}
    )
    assert await explained_and_done(office, "ada", tenant="acme") == {
        "in-app": preferred("recipient_tenant", "workflows.welcome.kinds.in_app"),
    }


async def test_conditions_see_what_the_run_knows(office: Office) -> None:
    await office.push()
    place = office.user("ada")
    edit = Identify(attributes={"email": "ada@example.com"}, properties={"plan": "free"})
    await office.directory.write(Write(place, (edit,)))
    urgent = {"variable": "data.urgent", "operator": "equal_to", "argument": "true"}
    alone = {"variable": "run.total_actors", "operator": "equal_to", "argument": "0"}
    document = {
        "conditions": [alone],
        "kinds": {"email": {"conditions": [IS_PRO]}, "in_app": {"conditions": [urgent]}},
    }
    await prefer(office, "ada", "default", document)
    assert await explained_and_done(office, "ada", data={"urgent": True}) == {
        "email": preferred("recipient_default", "kinds.email", condition=IS_PRO),
    }


async def test_conditions_ask_for_the_recipients_audiences(office: Office) -> None:
    await office.push()
    in_beta = {"variable": "recipient", "operator": "is_audience_member", "argument": "beta"}
    beta = Place(office.environment_id, AUDIENCES, "beta")
    audience = (await office.directory.write(Write(beta, (Identify(),)))).recipient
    assert audience is not None
    ada = await office.identify("ada", email="ada@example.com")
    await office.directory.subscriptions.add(audience, [ada])
    for id in ("ada", "bob"):
        await prefer(office, id, "default", {"kinds": {"in_app": {"conditions": [in_beta]}}})
    assert await explained_and_done(office, "ada") == {}
    assert await explained_and_done(office, "bob") == {
        "in-app": preferred("recipient_default", "kinds.in_app", condition=in_beta),
        "email": {"reason": "no_email_address"},
    }


async def test_commercial_workflows_need_a_subscription(office: Office) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": f"{WELCOME}\ncommercial: true"})
    await office.identify("ada", email="ada@example.com")
    await prefer(office, "ada", "default", {"commercial": False})
    blocked = preferred("recipient_default", "commercial")
    assert await explained_and_done(office, "ada", tenant="acme") == {"in-app": blocked, "email": blocked}


async def test_a_workflow_may_override_preferences(office: Office) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": f"{WELCOME}\noverride_preferences: true"})
    await office.identify("ada", email="ada@example.com")
    await prefer(office, "ada", "default", {"enabled": False})
    assert await explained_and_done(office, "ada") == {}


async def test_the_environment_says_whether_the_most_specific_scope_decides(
    office: Office, environment: Environment
) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await prefer(office, "ada", "default", {**NO_EMAIL, "workflows": {"welcome": {"kinds": {"email": True}}}})
    before = await office.messaging.runs.explain(office.user("ada"), "welcome")
    assert obstacles(before) == {"email": preferred("recipient_default", "kinds.email")}
    await Environments(office.pool).change(environment.name, {"preference_rule": "most_specific"})
    assert await explained_and_done(office, "ada") == {}


async def test_a_suppressed_address_stops_its_step(office: Office) -> None:
    """The run makes the message, and does not send it for the same reason."""
    await office.push()
    await office.identify("ada", email="ada@example.com")
    entry = await suppress(office, "ADA@example.com")
    explanation = await office.messaging.runs.explain(office.user("ada"), "welcome")
    assert obstacles(explanation) == {"email": entry.obstacle}
    assert [(step.addresses, step.suppressed) for step in explanation.steps if step.ref == "email"] == [((), (entry,))]
    await office.trigger("ada")
    await office.work()
    (message,) = [message for message in await office.messages("ada") if message.channel.key == "email"]
    assert await left_out(office, "ada") == {"email": {**entry.obstacle, "message_id": message.id}}


async def test_a_step_reaches_the_addresses_that_are_not_suppressed(office: Office) -> None:
    await office.push({**FILES, "channels/email.yaml": f"{OUTBOX}\n  addresses: all"})
    await office.identify("ada", email="ada@example.com")
    await office.directory.write(Write(office.user("ada"), (AddAddress("email", "second@example.com"),)))
    entry = await suppress(office, "ada@example.com")
    explanation = await office.messaging.runs.explain(office.user("ada"), "welcome")
    assert obstacles(explanation) == {}
    assert [(step.addresses, step.suppressed) for step in explanation.steps if step.ref == "email"] == [
        ((Address("email", "second@example.com"),), (entry,))
    ]


async def suppress(office: Office, email: str) -> Suppression:
    entry = suppression_of(Address("email", email), Reason.BOUNCED, office.clock.now())
    await office.messaging.suppressions.add(office.environment_id, [entry])
    return entry


@pytest.mark.parametrize(
    ("workflow", "recipient", "rest", "reason"),
    [
        ("nothing", "ada", {}, "workflow_missing"),
        ("sleeping", "ada", {}, "workflow_inactive"),
        ("welcome", "nobody", {}, "recipient_missing"),
        ("welcome", "gone", {}, "recipient_missing"),
        ("welcome", "ada", {"actor": "nobody"}, "actor_missing"),
    ],
)
async def test_what_stops_a_whole_workflow_stops_its_steps(
    office: Office, workflow: str, recipient: str, rest: dict[str, Any], reason: str
) -> None:
    if "actor" in rest:
        rest = {"actor": office.user(rest["actor"])}
    await office.push({**FILES, "workflows/sleeping.yaml": f"{WELCOME}\nactive: false"})
    await office.identify("ada", email="ada@example.com")
    await office.identify("gone")
    await office.delete("gone")
    explanation = await office.messaging.runs.explain(office.user(recipient), workflow, **rest)
    assert explanation.obstacle == {"reason": reason}
    assert len(explanation.steps) == (0 if reason == "workflow_missing" else 2)
    assert all(step.obstacle == {"reason": reason} and not step.addresses for step in explanation.steps)


async def test_explaining_writes_nothing(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    await office.messaging.runs.explain(office.user("ada"), "welcome", tenant="acme", data={"a": 1})
    assert set((await office.counts()).values()) == {0}
    tenant = Place(office.environment_id, TENANTS, "acme")
    assert await office.directory.read(tenant) is None


async def test_the_path_has_steps_of_all_kinds(office: Office) -> None:
    pause = (
        "  - ref: pause\n    type: delay\n    settings: {delay_for: {unit: days, value: 1}}\n    if: recipient.plan\n"
    )
    await office.push({**FILES, "workflows/welcome.yaml": WELCOME.replace("steps:\n", f"steps:\n{pause}")})
    await office.identify("ada")
    explanation = await office.messaging.runs.explain(office.user("ada"), "welcome")
    assert [(step.ref, step.kind, step.sends, step.taken) for step in explanation.path] == [
        ("pause", "delay", False, False),
        ("in-app", "channel", True, True),
        ("email", "channel", True, True),
    ]
    assert explanation.path[0].obstacle is not None
    assert explanation.path[0].obstacle["reason"] == "conditions"
