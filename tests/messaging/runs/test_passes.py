"""Runs page by page: everybody once, whoever works on it and however often."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from addressee.database.paging import PageRequest
from addressee.directory.edits.addresses import AddAddress
from addressee.directory.edits.recipients import Delete, Edit, Identify
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write, Written
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.messages.status import Status
from addressee.messaging.runs.model import Advance, Send, Start
from addressee.messaging.runs.passes import passes
from addressee.messaging.steps import machine
from addressee.messaging.steps.machine import Pass
from addressee.messaging.steps.run import RecipientRun
from tests.messaging.office import FILES, Office

IN_APP_ONLY = """
steps:
  - ref: feed
    channel: in-app
    template:
      body: "{{ recipient.name }}|{{ actor.name }}|{{ data.a }}|{{ data.b }}|{{ tenant.name }}|{{ workflow.key }}"
"""
TOLD = {**FILES, "workflows/told.yaml": IN_APP_ONLY}


async def body_of(office: Office, id: str) -> str:
    (message,) = await office.messages(id)
    (contents,) = await office.messaging.messages.contents(office.environment_id, [message.id])
    assert isinstance(contents.content, InAppContent)
    return contents.content.blocks[0].rendered


async def test_a_thousand_recipients_get_their_own(office: Office) -> None:
    await office.push()
    ids = [f"user-{number:04}" for number in range(1000)]
    place = [office.user(id) for id in ids]
    await office.directory.write_all(
        [Write(at, (Identify({"name": at.id, "email": f"{at.id}@example.com"}),)) for at in place]
    )
    await office.trigger(*ids, *ids)
    await office.work()
    assert await office.counts() == {
        "workflow_runs": 1,
        "recipient_runs": 1000,
        "messages": 2000,
        "events_of_messages": 5000,
        "sends": 1000,
    }
    assert len(office.emails()) == 1000
    statuses = await office.pool.fetch(
        "SELECT status, count(*) FROM addressee.messages WHERE environment_id = $1 GROUP BY status ORDER BY status",
        office.environment_id,
    )
    assert [tuple(row) for row in statuses] == [("delivered", 1000), ("sent", 1000)]
    assert {(run["status"], run["step"]) for run in await office.recipient_runs()} == {("completed", 2)}


async def test_a_run_that_cannot_go_on_holds_up_no_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.push(TOLD)
    ids = [f"user-{number}" for number in range(9)]
    for id in ids:
        await office.identify(id)
    await office.trigger(*ids, workflow="told")
    with monkeypatch.context() as patched:

        def run_through(run: RecipientRun, *rest: Any) -> Pass:
            if run.recipient.id == "user-4":
                raise ZeroDivisionError
            return machine.run_through(run, *rest)

        patched.setattr(passes, "run_through", run_through)
        # The job fails, so that it is tried again.
        with pytest.raises(ZeroDivisionError):
            await office.work()
    assert [run["recipient_id"] for run in await office.recipient_runs() if run["status"] != "completed"] == ["user-4"]
    await office.work()
    assert {run["status"] for run in await office.recipient_runs()} == {"completed"}
    assert (await office.counts())["messages"] == 9


async def test_what_templates_are_told(office: Office) -> None:
    await office.push(TOLD)
    for id in ("ada", "bob"):
        await office.identify(id)
    tenant = Place(office.environment_id, TENANTS, "acme")
    await office.directory.write(Write(tenant, (Identify(properties={"name": "Acme"}),)))
    await office.trigger(
        "ada",
        "bob",
        workflow="told",
        actor=office.user("bob"),
        tenant="acme",
        data={"a": 1, "b": 2},
        overrides={office.user("bob"): {"b": 3}},
    )
    await office.work()
    assert await body_of(office, "ada") == "<p>Ada|Bob|1|2|Acme|told</p>"
    assert await body_of(office, "bob") == "<p>Bob|Bob|1|3|Acme|told</p>"
    (message,) = await office.messages("bob")
    assert message.data == {"a": 1, "b": 3}
    assert message.tenant == "acme"


async def test_a_run_keeps_the_version_that_it_was_triggered_with(office: Office) -> None:
    await office.push(TOLD)
    await office.identify("ada")
    await office.trigger("ada", workflow="told")
    await office.push({**TOLD, "workflows/told.yaml": IN_APP_ONLY.replace("{{ recipient.name }}", "New")})
    await office.work()
    assert (await body_of(office, "ada")).startswith("<p>Ada|")


async def test_jobs_that_run_twice_make_nothing_twice(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await office.trigger("ada", "nobody")
    while jobs := await office.jobs():
        for job in jobs:
            await office.run(job)
            await office.run(job)
        await office.pool.execute("DELETE FROM addressee.jobs WHERE id = ANY($1::bigint[])", [job.id for job in jobs])
    assert await office.counts() == {
        "workflow_runs": 1,
        "recipient_runs": 2,
        "messages": 2,
        "events_of_messages": 5,
        "sends": 1,
    }


async def test_two_workers_at_once_make_nothing_twice(office: Office) -> None:
    await office.push()
    ids = [f"user-{number}" for number in range(50)]
    await asyncio.gather(*(office.identify(id, email=f"{id}@example.com") for id in ids))
    await office.trigger(*ids)
    while jobs := await office.jobs():
        for job in jobs:
            await asyncio.gather(*(office.run(job) for _ in range(4)))
        await office.pool.execute("DELETE FROM addressee.jobs WHERE id = ANY($1::bigint[])", [job.id for job in jobs])
    assert await office.counts() == {
        "workflow_runs": 1,
        "recipient_runs": 50,
        "messages": 100,
        "events_of_messages": 250,
        "sends": 50,
    }
    assert len(office.emails()) == 50


async def test_without_an_email_address_the_rest_still_arrives(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    await office.trigger("ada")
    await office.work()
    (message,) = await office.messages("ada")
    assert (message.step_ref, message.status) == ("in-app", Status.DELIVERED)
    events = [(entry["event"], entry.get("step_ref"), entry.get("data")) for entry in await office.journal("ada")]
    assert ("step_skipped", "email", {"reason": "no_email_address"}) in events
    assert events[-1] == ("run_completed", None, None)


async def test_nobody_is_notified_who_is_not_there(office: Office) -> None:
    await office.push()
    for id in ("deleted", "later", "reborn"):
        await office.identify(id, email=f"{id}@example.com")
    await office.delete("deleted")
    await office.trigger("unknown", "deleted", "later", "reborn")
    await office.delete("later")
    await office.delete("reborn")
    await office.identify("reborn", email="other@example.com")
    await office.work()
    assert office.emails() == []
    assert list(await office.messages("reborn")) == []
    assert (await office.counts())["messages"] == 0
    for id in ("unknown", "deleted"):
        assert [(entry["event"], entry.get("data")) for entry in await office.journal(id)] == [
            ("error", {"reason": "recipient_missing"}),
            ("run_completed", None),
        ]


async def test_in_the_sandbox_everything_ends_not_sent(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await office.trigger("ada", sandbox=True)
    await office.work()
    assert [message.status for message in await office.messages("ada")] == [Status.NOT_SENT, Status.NOT_SENT]
    assert office.emails() == []
    assert (await office.feed("ada")).total == 0


async def test_one_recipients_failing_template_leaves_the_others_alone(office: Office) -> None:
    failing = FILES["workflows/welcome.yaml"].replace(
        "text: Hello {{ recipient.name }}", "text: '{{ 1 | divided_by: data.d }}'"
    )
    await office.push({**FILES, "workflows/welcome.yaml": failing})
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.com")
    await office.trigger("ada", "bob", data={"d": 1}, overrides={office.user("ada"): {"d": 0}})
    await office.work()
    statuses = {
        id: {message.step_ref: message.status for message in await office.messages(id)} for id in ("ada", "bob")
    }
    assert statuses == {
        "ada": {"in-app": Status.DELIVERED, "email": Status.UNDELIVERED},
        "bob": {"in-app": Status.DELIVERED, "email": Status.SENT},
    }
    (failed,) = await office.messages("ada", statuses=[Status.UNDELIVERED])
    (created, (event, data)) = await office.events(failed)
    assert (created, event) == (("created", None), "undelivered")
    assert data == {
        "failure_reason": "fatal_error",
        "failure_details": "template: line 1: divided_by: can't divide by 0",
    }


async def test_a_page_that_is_not_there_is_left_alone(office: Office) -> None:
    await office.push()
    run_id = await office.trigger("ada")
    for kind in (Start, Advance, Send):
        await office.carry_out(kind(office.environment_id, run_id, 7))
    assert (await office.counts())["recipient_runs"] == 0


async def test_time_passes_between_trigger_and_message(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    began = office.clock.now()
    await office.trigger("ada")
    office.clock.move(timedelta(hours=1))
    await office.work()
    (message,) = await office.messages("ada")
    assert message.inserted_at - began >= timedelta(hours=1)


class TestWithinATenant:
    """A run for a tenant reaches people as what they are within it (suprsend.md §2.2)."""

    @staticmethod
    async def belong(office: Office, id: str, tenant: str, *edits: Edit) -> None:
        place = office.user(id)
        [result] = await office.directory.memberships.write([(Write(place, edits), tenant)])
        assert isinstance(result, Written)

    @pytest.fixture
    async def office(self, office: Office) -> Office:
        await office.push(TOLD)
        for tenant in ("acme", "globex"):
            place = Place(office.environment_id, TENANTS, tenant)
            await office.directory.write(Write(place, (Identify(),)))
        for id in ("ada", "bob"):
            await office.identify(id, email=f"{id}@home.example")
        work = AddAddress("email", "ada@acme.example")
        await self.belong(office, "ada", "acme", work, Identify(attributes={"name": "Dr. Ada"}))
        return office

    async def emails(self, office: Office, **trigger: Any) -> dict[str, str | None]:
        await office.trigger("ada", "bob", **trigger)
        await office.work()
        found = [message for id in ("ada", "bob") for message in await office.messages(id)]
        return {message.recipient.id: message.email for message in found if message.channel.key == "email"}

    async def test_its_addresses_count(self, office: Office) -> None:
        found = await self.emails(office, tenant="acme")
        assert found == {"ada": "ada@acme.example", "bob": "bob@home.example"}

    @pytest.mark.parametrize("tenant", [None, "globex", "unknown"])
    async def test_elsewhere_the_users_own_do(self, office: Office, tenant: str | None) -> None:
        found = await self.emails(office, tenant=tenant)
        assert found == {"ada": "ada@home.example", "bob": "bob@home.example"}

    async def test_templates_see_it(self, office: Office) -> None:
        await office.trigger("ada", workflow="told", tenant="acme")
        await office.work()
        assert (await body_of(office, "ada")).startswith("<p>Dr. Ada|")

    async def test_it_ends_with_the_user(self, office: Office) -> None:
        await office.delete("ada")
        await office.identify("ada", email="next@home.example")
        found = await self.emails(office, tenant="acme")
        assert found["ada"] == "next@home.example"

    async def test_it_ends_with_the_tenant(self, office: Office) -> None:
        place = Place(office.environment_id, TENANTS, "acme")
        for edit in (Delete(), Identify()):
            await office.directory.write(Write(place, (edit,)))
        assert (await self.emails(office, tenant="acme"))["ada"] == "ada@home.example"

    async def test_explaining_says_so_too(self, office: Office) -> None:
        explained = await office.messaging.runs.explain(office.user("ada"), "welcome", tenant="acme")
        assert "ada@acme.example" in str([step.addresses for step in explained.steps])

    async def test_a_merge_leaves_it_behind_and_its_undoing_brings_it_back(self, office: Office) -> None:
        eve = await office.identify("eve", email="eve@home.example")
        merge = await office.merge("eve", "ada")
        assert (await office.directory.memberships.list(eve, PageRequest(10))).entries == []
        await office.undo(merge)
        assert (await self.emails(office, tenant="acme"))["ada"] == "ada@acme.example"
