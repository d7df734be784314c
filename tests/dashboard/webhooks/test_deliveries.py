"""What a webhook was told, on pages: listed, looked at, sent again; tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.messaging.webhooks.deliveries.deliveries import Deliveries, DeliveryFilter
from addressee.messaging.webhooks.endpoints.endpoints import EndpointChange, Endpoints, NewEndpoint, SignedEndpoint
from addressee.messaging.webhooks.model import DeliveryStatus
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.webhooks.conftest import HOSTILE
from tests.support.browsing import load, submit
from tests.support.html import Element, parse
from tests.support.webhook_deliveries import AT, store_delivery

At = Callable[..., str]


def rows(page: Element) -> list[list[str]]:
    return [[cell.text for cell in row.below() if cell.name in {"th", "td"}] for row in page.one("tbody").all("tr")]


async def test_deliveries_are_listed_filtered_and_paged(
    viewer: httpx.AsyncClient, at: At, crm: SignedEndpoint, pool: Pool, environment: Environment
) -> None:
    id = crm.endpoint.id
    for number in range(55):
        await store_delivery(pool, environment.id, id, recipient=f"user-{number}", attempts=[])
    await store_delivery(pool, environment.id, id, recipient=HOSTILE, status="failed", attempts=[(500, "No")] * 9)
    first = await load(viewer, at("webhooks", id))
    assert rows(first)[0] == ["2099-03-01 12:00:00 UTC", "recipient.updated", HOSTILE, "Failed", "9", "–"]
    following = await load(viewer, first.one("a", rel="next").attributes["href"] or "")
    assert [len(rows(first)), len(rows(following))] == [50, 6]
    back = await load(viewer, following.one("a", rel="prev").attributes["href"] or "")
    assert rows(back) == rows(first)
    assert len(rows(await load(viewer, at("webhooks", id, status="failed")))) == 1
    assert [row[2] for row in rows(await load(viewer, at("webhooks", id, recipient="user-7")))] == ["user-7"]
    nothing = await load(viewer, at("webhooks", id, type="message.sent"))
    assert "No delivery matches" in nothing.text


async def test_a_delivery_shows_its_attempts_newest_first_and_answers_to_editors_only(
    viewer: httpx.AsyncClient,
    editor: httpx.AsyncClient,
    at: At,
    crm: SignedEndpoint,
    pool: Pool,
    environment: Environment,
) -> None:
    attempts = [(None, "connection refused"), (500, HOSTILE)]
    delivery = await store_delivery(pool, environment.id, crm.endpoint.id, status="failed", attempts=attempts)
    path = at("webhooks", crm.endpoint.id, "deliveries", delivery)
    assert rows(await load(editor, path)) == [
        ["2099-03-01 12:02:00 UTC", "500", "42 ms", HOSTILE],
        ["2099-03-01 12:01:00 UTC", "None", "41 ms", "connection refused"],
    ]
    seen = await load(viewer, path)
    assert [row[:3] for row in rows(seen)] == [
        ["2099-03-01 12:02:00 UTC", "500", "42 ms"],
        ["2099-03-01 12:01:00 UTC", "None", "41 ms"],
    ]
    assert HOSTILE not in seen.one("tbody").text
    assert seen.all("form", action=f"{path}/resend") == []


async def test_an_editor_sends_one_again(
    editor: httpx.AsyncClient,
    at: At,
    crm: SignedEndpoint,
    endpoints: Endpoints,
    pool: Pool,
    environment: Environment,
    operators: Operators,
) -> None:
    id = crm.endpoint.id
    await endpoints.change(environment.id, id, EndpointChange(is_enabled=False))
    delivery = await store_delivery(pool, environment.id, id)
    path = at("webhooks", id, "deliveries", delivery)
    form = (await load(editor, path)).one("form", action=f"{path}/resend")
    again = parse((await submit(editor, form)).text)
    assert "The event is being sent again." in again.one("p", role="status").text
    assert "Waiting" in again.text
    assert again.all("form", action=f"{path}/resend") == []
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert (act.name, act.subject, act.detail) == ("webhooks.resend", str(id), {"delivery": str(delivery)})


async def test_an_editor_sends_again_what_failed_in_a_period(
    editor: httpx.AsyncClient,
    at: At,
    crm: SignedEndpoint,
    endpoints: Endpoints,
    pool: Pool,
    environment: Environment,
) -> None:
    id = crm.endpoint.id
    await endpoints.change(environment.id, id, EndpointChange(is_enabled=False))
    for day in range(2):
        await store_delivery(pool, environment.id, id, status="failed", at=AT + timedelta(days=day))
    form = (await load(editor, at("webhooks", id, "resend"))).one("form", action=at("webhooks", id, "resend"))
    wrong = await submit(editor, form, since="yesterday")
    assert wrong.status_code == 422
    assert "Give times like 2026-03-01 12:00" in wrong.text
    done = await submit(editor, form, since="2099-03-02 12:00")
    assert "What failed is being sent again." in done.text
    deliveries = Deliveries(pool)
    waiting = DeliveryFilter(statuses=[DeliveryStatus.PENDING])
    found = await deliveries.list(environment.id, id, waiting, PageRequest(10))
    assert [each.occurred_at for each in found.entries] == [AT + timedelta(days=1)]


async def test_an_editor_sends_a_test_event_and_reads_what_came_of_it(
    editor: httpx.AsyncClient, at: At, endpoints: Endpoints, environment: Environment, operators: Operators
) -> None:
    nowhere = NewEndpoint("https://hooks.example/hook")
    id = (await endpoints.create(environment.id, nowhere)).endpoint.id
    page = await load(editor, at("webhooks", id))
    tested = parse((await submit(editor, page.one("form", action=at("webhooks", id, "test")))).text)
    verdict = tested.one("section", role="alert").text
    assert verdict.startswith("The test event was not taken Nothing was answered after ")
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert (act.name, act.subject) == ("webhooks.test", str(id))


async def test_a_delivery_of_another_webhook_is_not_there(
    editor: httpx.AsyncClient,
    at: At,
    crm: SignedEndpoint,
    endpoints: Endpoints,
    pool: Pool,
    environment: Environment,
    other_environment: Environment,
) -> None:
    elsewhere = (await endpoints.create(other_environment.id, NewEndpoint("https://example.com/"))).endpoint.id
    other = await store_delivery(pool, other_environment.id, elsewhere)
    for path in (at("webhooks", crm.endpoint.id, "deliveries", other), at("webhooks", elsewhere, "deliveries", other)):
        assert (await editor.get(path)).status_code == 404
    assert (await editor.get(at("webhooks", crm.endpoint.id, "deliveries", "nothing"))).status_code == 404
