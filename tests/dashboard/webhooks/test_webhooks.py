"""Webhooks on pages: looked at by viewers, added, changed, switched and deleted by admins; secrets shown on request."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import httpx

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.messaging.webhooks.endpoints.endpoints import EndpointChange, Endpoints, NewEndpoint, SignedEndpoint
from addressee.messaging.webhooks.model import DisabledFor, Form
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.webhooks.conftest import HOSTILE, URL
from tests.support.browsing import FORM, load, submit
from tests.support.html import Element, fields_of, parse

At = Callable[..., str]


async def submit_types(browser: httpx.AsyncClient, element: Element, *types: str, **filled: str) -> httpx.Response:
    """Sends a form with these types ticked, and no others."""
    fields = [(name, filled.get(name, value)) for name, value in fields_of(element) if name != "types"]
    fields += [("types", type) for type in types]
    return await browser.post(element.attributes["action"] or "", content=urlencode(fields), headers=FORM)


async def acts_in(operators: Operators, environment: Environment) -> list[tuple[str, str | None]]:
    return [
        (act.name, act.subject) for act in (await operators.acts.list(environment.id, PageRequest(10))).entries[::-1]
    ]


async def test_viewers_see_webhooks_with_their_state_and_no_way_to_change_them(
    viewer: httpx.AsyncClient, at: At, crm: SignedEndpoint
) -> None:
    page = await load(viewer, at("webhooks"))
    cells = [cell.text for cell in page.one("tbody").one("tr").below() if cell.name in {"th", "td"}]
    assert cells[:3] == [f"{URL} The CRM {HOSTILE}", "OK", "message.sent , recipient.*"]
    one = await load(viewer, at("webhooks", crm.endpoint.id))
    assert URL in one.text
    assert crm.secret not in one.text
    forms = [form.attributes["action"] for form in [*page.all("form", method="post"), *one.all("form", method="post")]]
    assert set(forms) == {"/dashboard/sign-out"}
    assert page.all("a", href=at("webhooks", "add")) == []


async def test_an_admin_adds_one_and_is_shown_its_secret_once(
    admin: httpx.AsyncClient, at: At, endpoints: Endpoints, environment: Environment, operators: Operators
) -> None:
    form = (await load(admin, at("webhooks", "add"))).one("form", action=at("webhooks", "add"))
    wrong = await submit_types(admin, form, "message.*", "recipient.merged", url="http://10.0.0.1/", description="CRM")
    assert wrong.status_code == 422
    again = parse(wrong.text).one("form", action=at("webhooks", "add"))
    assert again.one("input", id="f-url").attributes["aria-invalid"] == "true"
    assert "name it in --allow-private-webhooks" in again.text
    assert [value for name, value in fields_of(again) if name == "types"] == ["message.*", "recipient.merged"]
    assert await acts_in(operators, environment) == []

    made = await submit(admin, again, url=URL)
    [stored] = await endpoints.list(environment.id)
    assert (stored.url, stored.types, stored.description) == (URL, ("message.*", "recipient.merged"), "CRM")
    [secret] = await endpoints.secrets(environment.id, stored.id)
    assert secret.value in made.text
    assert secret.value not in (await admin.get(at("webhooks", stored.id))).text
    assert await acts_in(operators, environment) == [("webhooks.create", None)]


async def test_one_in_knocks_form_takes_the_secret_that_the_receiver_has(
    admin: httpx.AsyncClient, at: At, endpoints: Endpoints, environment: Environment
) -> None:
    form = (await load(admin, at("webhooks", "add"))).one("form", action=at("webhooks", "add"))
    await submit_types(admin, form, "*", url=URL, form="knock", secret="a secret of ours, by hand")
    [stored] = await endpoints.list(environment.id)
    assert (stored.form, stored.types) == (Form.KNOCK, ("*",))
    assert [each.value for each in await endpoints.secrets(environment.id, stored.id)] == ["a secret of ours, by hand"]


async def test_nothing_chosen_is_refused(admin: httpx.AsyncClient, at: At) -> None:
    form = (await load(admin, at("webhooks", "add"))).one("form", action=at("webhooks", "add"))
    refused = await submit_types(admin, form, url=URL)
    assert refused.status_code == 422
    assert "types must name at least one type of event" in parse(refused.text).one("p", role="alert").text


async def test_an_admin_changes_one(
    admin: httpx.AsyncClient,
    at: At,
    crm: SignedEndpoint,
    endpoints: Endpoints,
    environment: Environment,
    operators: Operators,
) -> None:
    path = at("webhooks", crm.endpoint.id, "change")
    form = (await load(admin, path)).one("form", action=path)
    assert [value for name, value in fields_of(form) if name == "types"] == ["message.sent", "recipient.*"]
    changed = await submit_types(admin, form, "message.*", description="Sales")
    assert "The webhook is changed." in parse(changed.text).one("p", role="status").text
    stored = await endpoints.get(environment.id, crm.endpoint.id)
    assert (stored.url, stored.types, stored.description) == (URL, ("message.*",), "Sales")
    assert await acts_in(operators, environment) == [("webhooks.change", str(stored.id))]


async def test_an_admin_disables_and_enables_one(
    admin: httpx.AsyncClient,
    at: At,
    crm: SignedEndpoint,
    endpoints: Endpoints,
    environment: Environment,
    operators: Operators,
) -> None:
    id = crm.endpoint.id
    page = await load(admin, at("webhooks", id))
    disabled = parse((await submit(admin, page.one("form", action=at("webhooks", id, "disable")))).text)
    assert "as somebody disabled it" in disabled.text
    assert (await endpoints.get(environment.id, id)).disabled_for is DisabledFor.BY_HAND
    listed = await load(admin, at("webhooks"))
    assert "Disabled" in listed.one("tbody").text
    await submit(admin, disabled.one("form", action=at("webhooks", id, "enable")))
    assert (await endpoints.get(environment.id, id)).disabled_at is None
    assert await acts_in(operators, environment) == [("webhooks.disable", str(id)), ("webhooks.enable", str(id))]


async def test_secrets_are_shown_to_admins_who_ask_which_is_recorded(
    admin: httpx.AsyncClient,
    at: At,
    crm: SignedEndpoint,
    endpoints: Endpoints,
    environment: Environment,
    operators: Operators,
) -> None:
    id = crm.endpoint.id
    shown = await submit(
        admin, (await load(admin, at("webhooks", id))).one("form", action=at("webhooks", id, "secret"))
    )
    assert crm.secret in shown.text
    form = (await load(admin, at("webhooks", id, "rotate"))).one("form", action=at("webhooks", id, "rotate"))
    refused = await submit(admin, form, secret="not of the form")
    assert refused.status_code == 422
    rotated = await submit(admin, form)
    newest, before = await endpoints.secrets(environment.id, id)
    assert before.value == crm.secret
    assert newest.value in rotated.text
    assert crm.secret in rotated.text
    acts = await acts_in(operators, environment)
    assert acts == [("webhooks.reveal_secret", str(id)), ("webhooks.rotate_secret", str(id))]


async def test_an_admin_deletes_one_after_reading_what_that_means(
    admin: httpx.AsyncClient, at: At, crm: SignedEndpoint, endpoints: Endpoints, environment: Environment
) -> None:
    question = await load(admin, at("webhooks", crm.endpoint.id, "delete"))
    assert "What waits to be delivered is dropped" in question.text
    form = question.one("form", action=at("webhooks", crm.endpoint.id, "delete"))
    deleted = await submit(admin, form)
    assert "The webhook is deleted." in parse(deleted.text).one("p", role="status").text
    assert await endpoints.list(environment.id) == []
    again = await submit(admin, form)
    assert (again.status_code, "There is no such webhook" in again.text) == (404, True)


async def test_nothing_crosses_environments(
    admin: httpx.AsyncClient, at: At, endpoints: Endpoints, other_environment: Environment
) -> None:
    other = (await endpoints.create(other_environment.id, NewEndpoint(URL))).endpoint
    for segments in ((), ("change",), ("rotate",), ("delete",)):
        assert (await admin.get(at("webhooks", other.id, *segments))).status_code == 404
    assert (await admin.get(at("webhooks", "nobody"))).status_code == 404
    assert URL not in (await admin.get(at("webhooks"))).text


async def test_one_that_fails_says_since_when(
    viewer: httpx.AsyncClient,
    at: At,
    crm: SignedEndpoint,
    endpoints: Endpoints,
    environment: Environment,
    pool: Pool,
) -> None:
    await pool.execute(
        """
        UPDATE addressee.webhook_endpoints
        SET failing_since = '2026-03-01 12:00Z', paused_until = '2999-03-01 12:00Z'
        WHERE id = $1
        """,
        crm.endpoint.id,
    )
    paused = await load(viewer, at("webhooks", crm.endpoint.id))
    assert "Deliveries fail since 2026-03-01 12:00:00 UTC" in paused.text
    assert "All wait until 2999-03-01 12:00:00 UTC" in paused.text
    await endpoints.change(environment.id, crm.endpoint.id, EndpointChange(url=f"{URL}/2"))
    assert "Deliveries fail" not in (await load(viewer, at("webhooks", crm.endpoint.id))).text
