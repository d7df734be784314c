"""Events start the workflows that listen to them."""

from __future__ import annotations

from typing import Any

from addressee.database.paging import PageRequest
from addressee.messaging.runs.listing import RunDetails, RunFilter
from addressee.messaging.triggers.batches import Accepted, Record
from addressee.messaging.triggers.events import Event
from tests.messaging.office import FILES, WELCOME, Office

BASKET = """
steps: [{ref: feed, channel: in-app, template: {body: "{{ recipient.name }} left {{ data.item }}, {{ tenant.id }}"}}]
"""
LISTENING = {
    **FILES,
    "workflows/basket.yaml": f"{BASKET}\nevents: [basket-left, 'order: placed']",
    "workflows/orders.yaml": f"{WELCOME}\nevents: ['order: placed']",
    "workflows/asleep.yaml": f"{WELCOME}\nevents: [basket-left]\nactive: false",
    "workflows/strict.yaml": f"""{WELCOME}
events: [basket-left]
trigger_data_schema: {{type: object, required: [price]}}
""",
}


async def happened(office: Office, name: str, id: str = "ada", **rest: Any) -> None:
    record = Record(Event(name, office.user(id), **rest))
    (outcome,) = await office.messaging.triggers.accept_all(office.environment_id, [record], "request")
    assert isinstance(outcome, Accepted)


async def runs(office: Office) -> list[RunDetails]:
    found = await office.messaging.runs.list(office.environment_id, RunFilter(), PageRequest(50))
    return sorted(found.entries, key=lambda run: run.workflow)


async def test_an_event_starts_all_active_workflows_that_listen(office: Office) -> None:
    await office.push(LISTENING)
    await office.identify("ada")
    await happened(office, "order: placed", data={"item": "a hat"})
    await office.work()
    assert [run.workflow for run in await runs(office)] == ["basket", "orders"]
    assert {tuple(run.source.items()) for run in await runs(office)} == {
        (("type", "event"), ("event", "order: placed"))
    }


async def test_its_data_and_its_tenant_are_the_runs(office: Office) -> None:
    await office.push(LISTENING)
    await office.identify("ada")
    await happened(office, "basket-left", data={"item": "a hat"}, tenant="acme")
    await office.work()
    (message,) = await office.messages("ada")
    (contents,) = await office.messaging.messages.contents(office.environment_id, [message.id])
    assert contents.content.blocks[0].rendered == "<p>Ada left a hat,</p>"  # type: ignore[union-attr]
    assert (message.tenant, message.data) == ("acme", {"item": "a hat"})


async def test_a_workflow_that_refuses_the_data_is_passed_over(office: Office) -> None:
    await office.push(LISTENING)
    await happened(office, "basket-left", data={"item": "a hat"})
    await office.work()
    assert [run.workflow for run in await runs(office)] == ["basket"]
    (notice,) = (await office.directory.notices.list(office.environment_id, PageRequest(50))).entries
    assert (notice.place.id, notice.request_id, notice.messages) == (
        "ada",
        "request",
        ("The event 'basket-left' did not start the workflow 'strict': The workflow's schema does not allow data.",),
    )
    await happened(office, "basket-left", data={"price": 1})
    await office.work()
    assert [run.workflow for run in await runs(office)] == ["basket", "basket", "strict"]


async def test_an_event_that_nobody_listens_to_starts_nothing(office: Office) -> None:
    await office.push(LISTENING)
    await happened(office, "Basket-Left")
    await happened(office, "basket")
    assert (await office.counts())["workflow_runs"] == 0


async def test_an_event_of_somebody_unknown_starts_runs_that_say_so(office: Office) -> None:
    await office.push(LISTENING)
    await happened(office, "basket-left", "nobody")
    await office.work()
    (run,) = await runs(office)
    assert (run.recipient.place, run.events[0].data) == (office.user("nobody"), {"reason": "recipient_missing"})


async def test_a_push_says_anew_what_a_workflow_listens_to(office: Office) -> None:
    await office.push(LISTENING)
    changed = {**LISTENING, "workflows/basket.yaml": f"{BASKET}\nevents: [other]"}
    effects = {pushed.what: pushed.effect for pushed in await office.push(changed)}
    assert {what for what, effect in effects.items() if effect == "changed"} == {"workflow basket"}
    for name in ("basket-left", "other"):
        await happened(office, name)
    await office.work()
    (run,) = await runs(office)
    assert (run.workflow, run.source["event"]) == ("basket", "other")


async def test_events_are_one_environments(office: Office, other: Office) -> None:
    await office.push(LISTENING)
    await other.push()
    await happened(other, "basket-left")
    assert (await other.counts())["workflow_runs"] == 0
