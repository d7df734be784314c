"""Keys: created and shown once, listed with their last use, and revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.support.browsing import load, submit
from tests.support.html import parse

At = Callable[..., str]


async def test_a_key_that_is_created_is_shown_once_and_opens_the_api(
    admin: httpx.AsyncClient, at: At, api: str, operators: Operators, environment: Environment
) -> None:
    assert "No key yet" in (await load(admin, at("keys"))).text
    form = (await load(admin, at("keys", "new"))).one("form", action=at("keys", "new"))
    answer = await submit(admin, form, name="shop <b>server</b>")
    assert answer.headers["cache-control"] == "no-store"
    key = parse(answer.text).one("pre").text
    assert key.startswith("sk_")
    async with httpx.AsyncClient(base_url=api) as client:
        asked = await client.get("/v1/users/nobody", headers={"authorization": f"Bearer {key}"})
    assert asked.status_code == 404
    listed = await admin.get(at("keys"))
    assert key not in listed.text
    (row,) = parse(listed.text).one("tbody").all("tr")
    assert row.one("th").text == "shop <b>server</b>"
    assert [cell.text for cell in row.all("td")][:2] == ["Secret", f"sk_… {key[-4:]}"]
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert (act.name, act.detail) == ("keys.create", {"kind": "secret", "name": "shop <b>server</b>"})


async def test_other_kinds_come_with_what_their_clients_need(admin: httpx.AsyncClient, at: At) -> None:
    page = await load(admin, at("keys", "new"))
    form = page.one("form", action=at("keys", "new"))
    for each in form.all("input", type="radio"):
        each.attributes.pop("checked", None)
    form.one("input", value="workspace").attributes["checked"] = ""
    shown = parse((await submit(admin, form)).text)
    key, secret = shown.all("pre")
    assert key.text.startswith("wk_")
    assert len(secret.text) == 32


async def test_a_wrong_form_is_shown_again(
    admin: httpx.AsyncClient, at: At, keys: Keys, environment: Environment
) -> None:
    form = (await load(admin, at("keys", "new"))).one("form", action=at("keys", "new"))
    long = await submit(admin, form, name="x" * 101)
    assert long.status_code == 422
    field = parse(long.text).one("input", id="f-name")
    assert field.attributes["value"] == "x" * 101
    assert "100 characters at most" in long.text
    form.one("input", value="secret").attributes["value"] = "master"
    unknown = await submit(admin, form)
    assert unknown.status_code == 422
    assert "one of secret, public, workspace, api" in unknown.text
    assert (await keys.list_of(environment.id, PageRequest(10))).entries == []


async def test_a_key_is_revoked_after_reading_what_that_means(
    admin: httpx.AsyncClient, at: At, api: str, keys: Keys, environment: Environment, pool: Pool, operators: Operators
) -> None:
    created = await keys.create(environment.name, "secret", name="old server")
    used = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    await pool.execute("UPDATE addressee.keys SET used_at = $2 WHERE id = $1", created.id, used)
    page = await load(admin, at("keys"))
    assert "2026-01-02 03:04:00 UTC" in page.one("tbody").text
    question = await load(admin, page.one("a", href=at("keys", created.id, "revoke")).attributes["href"] or "")
    assert "Somebody used it last at 2026-01-02 03:04:00 UTC" in question.text
    form = question.one("form", action=at("keys", created.id, "revoke"))
    answer = await submit(admin, form)
    assert parse(answer.text).one("p", role="status").text == "The key is revoked."
    async with httpx.AsyncClient(base_url=api) as client:
        asked = await client.get("/v1/users/nobody", headers={"authorization": f"Bearer {created.key}"})
    assert asked.status_code == 401
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert (act.name, act.subject) == ("keys.revoke", str(created.id))
    assert (await submit(admin, form)).status_code == 404


async def test_keys_of_other_environments_cannot_be_seen_or_revoked(
    admin: httpx.AsyncClient, at: At, keys: Keys, other_environment: Environment
) -> None:
    created = await keys.create(other_environment.name, "secret", name="theirs")
    assert "theirs" not in (await load(admin, at("keys"))).text
    assert (await admin.get(at("keys", created.id, "revoke"))).status_code == 404
