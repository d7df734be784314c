"""Settings: a form that the service checks, new keys shown once, and variables and secrets by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from addressee.dashboard.settings.fields import FIELDS
from addressee.database.installation import Installation
from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environments, Settings
from addressee.directory.access.keys import Keys
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.access.links import LinkInvalidError, Links
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.environment.secrets import Secrets
from addressee.messaging.environment.variables import Variables, store_variables
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

At = Callable[..., str]


async def settings_form(admin: httpx.AsyncClient, at: At) -> Element:
    return (await load(admin, at("settings"))).one("form", action=at("settings"))


def field(form: Element, name: str) -> Element:
    (found,) = [each for each in form.below() if each.attributes.get("id") == f"f-{name}"]
    return found


def tick(form: Element, name: str) -> None:
    field(form, name).attributes["checked"] = ""


def test_every_setting_has_a_field() -> None:
    assert sorted(each.name for each in FIELDS) == sorted(Settings.__struct_fields__)


async def test_the_form_shows_what_is_stored(
    admin: httpx.AsyncClient, at: At, pool: Pool, environment: Environment
) -> None:
    given = {
        "property_merge": "deep",
        "development_mode": True,
        "timezone": "Europe/Berlin",
        "allowed_origins": ["https://a.example.com", "https://b.example.com"],
    }
    await Environments(pool).change(environment.name, given)
    form = await settings_form(admin, at)
    (chosen,) = [each for each in field(form, "property_merge").all("option") if "selected" in each.attributes]
    assert chosen.attributes["value"] == "deep"
    assert "checked" in field(form, "development_mode").attributes
    assert "checked" not in field(form, "enhanced_security").attributes
    assert field(form, "timezone").attributes["value"] == "Europe/Berlin"
    assert field(form, "allowed_origins").text == "https://a.example.com https://b.example.com"


async def test_saving_what_is_shown_changes_nothing(
    admin: httpx.AsyncClient, at: At, pool: Pool, environment: Environment, operators: Operators
) -> None:
    await Environments(pool).new_signing_key(environment.name)
    before = await pool.fetchval("SELECT settings FROM addressee.environments WHERE id = $1", environment.id)
    answer = await submit(admin, await settings_form(admin, at))
    assert "Nothing differed" in parse(answer.text).one("p", role="status").text
    assert await pool.fetchval("SELECT settings FROM addressee.environments WHERE id = $1", environment.id) == before
    assert (await operators.acts.list(environment.id, PageRequest(10))).entries == []


async def test_settings_of_all_kinds_are_changed_together(
    admin: httpx.AsyncClient, at: At, pool: Pool, environment: Environment, operators: Operators
) -> None:
    form = await settings_form(admin, at)
    tick(form, "require_tenant_scope")
    answer = await submit(
        admin,
        form,
        merge_nulls="keep",
        clock_skew_minutes="30",
        timezone="Asia/Tokyo",
        frame_origins="https://a.example.com\r\n\r\n https://b.example.com ",
    )
    assert parse(answer.text).one("p", role="status").text == "The settings are changed."
    assert (await Environments(pool).named(environment.name)).settings == Settings(
        require_tenant_scope=True,
        merge_nulls="keep",
        clock_skew_minutes=30,
        timezone="Asia/Tokyo",
        frame_origins=("https://a.example.com", "https://b.example.com"),
    )
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    fields = ["clock_skew_minutes", "frame_origins", "merge_nulls", "require_tenant_scope", "timezone"]
    assert (act.name, act.detail) == ("settings.change", {"fields": fields})


async def test_a_setting_is_in_force_for_the_api(
    admin: httpx.AsyncClient, at: At, api: str, keys: Keys, environment: Environment
) -> None:
    form = await settings_form(admin, at)
    tick(form, "enhanced_security")
    await submit(admin, form)
    created = await keys.create(environment.name, "public")
    async with httpx.AsyncClient(base_url=api) as client:
        answer = await client.get("/v1/users/ada", headers={"authorization": f"Bearer {created.key}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("timezone", "Mars/Olympus", "timezone must be a name of the IANA time zone database"),
        ("clock_skew_minutes", "9999", "clock_skew_minutes cannot be 9999"),
        ("clock_skew_minutes", "<b>", "clock_skew_minutes cannot be"),
        ("clock_skew_minutes", "", "clock_skew_minutes cannot be"),
        ("allowed_origins", "https://a.example.com/path", "an origin is like https://app.example.com"),
        ("signing_key", "no key", "signing_key"),
        ("timezone", "x\0y", "timezone must be"),
    ],
)
async def test_a_mistake_is_said_at_its_field_and_nothing_changes(
    admin: httpx.AsyncClient, at: At, pool: Pool, environment: Environment, name: str, typed: str, words: str
) -> None:
    form = await settings_form(admin, at)
    tick(form, "notiflows_socket")
    answer = await submit(admin, form, (), (), **{name: typed})
    assert answer.status_code == 422
    page = parse(answer.text)
    again = page.one("form", action=at("settings"))
    assert field(again, name).attributes["aria-invalid"] == "true"
    (hint,) = [each for each in again.all("p") if each.attributes.get("id") == f"h-{name}"]
    assert words in hint.text
    assert "checked" in field(again, "notiflows_socket").attributes
    assert (await Environments(pool).named(environment.name)).settings == Settings()


@pytest.mark.parametrize(("algorithm", "setting"), [("RS256", "signing_key"), ("ES256", "es256_signing_key")])
async def test_a_new_signing_key_is_shown_once(
    admin: httpx.AsyncClient, at: At, pool: Pool, environment: Environment, algorithm: str, setting: str
) -> None:
    page = await load(admin, at("settings", "signing-key", algorithm=algorithm))
    assert "no token stops working" in page.text
    made = await submit(admin, page.one("form", action=at("settings", "signing-key")))
    private = parse(made.text).one("pre").text
    assert private.startswith("-----BEGIN PRIVATE KEY-----")
    assert made.headers["cache-control"] == "no-store"
    stored = getattr((await Environments(pool).named(environment.name)).settings, setting)
    assert stored.startswith("-----BEGIN PUBLIC KEY-----")
    assert "it is replaced" in (await load(admin, at("settings", "signing-key", algorithm=algorithm))).text
    assert "PRIVATE KEY" not in (await admin.get(at("settings"))).text


async def test_a_new_link_key_ends_all_links(
    admin: httpx.AsyncClient,
    at: At,
    directory: Directory,
    installation: Installation,
    environment: Environment,
    operators: Operators,
    pool: Pool,
) -> None:
    written = await directory.write(Write(Place(environment.id, USERS, "ada"), (Identify(attributes={}),)))
    assert written.recipient is not None
    links = Links(pool, Sealer(installation.master_key()))
    made = await links.make(Purpose.PREFERENCES, written.recipient.identity)
    token = made.path.rsplit("/", 1)[-1]
    assert (await links.open(token, Purpose.PREFERENCES)).recipient.place.id == "ada"
    page = await load(admin, at("settings", "link-key"))
    assert "opens nothing any more" in page.text
    answer = await submit(admin, page.one("form", action=at("settings", "link-key")))
    assert "have ended" in parse(answer.text).one("p", role="status").text
    with pytest.raises(LinkInvalidError):
        await links.open(token, Purpose.PREFERENCES)
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert act.name == "settings.new_link_key"


async def test_variables_are_shown_and_values_of_secrets_are_not(
    admin: httpx.AsyncClient, at: At, pool: Pool, installation: Installation, environment: Environment
) -> None:
    empty = await load(admin, at("settings", "variables"))
    assert "No variable yet" in empty.text
    assert "No secret yet" in empty.text
    variables = Variables({"inner": {"a": 1}, "long": "y" * 50_000}, {"app <b>": "https://app.example.com"})
    async with pool.acquire() as connection:
        await store_variables(connection, environment.id, variables)
    secrets = Secrets(pool, Sealer(installation.master_key()))
    await secrets.set(environment.id, "crm_token", "very-secret-token", datetime(2026, 1, 2, tzinfo=UTC))
    answer = await admin.get(at("settings", "variables"))
    assert "very-secret-token" not in answer.text
    page = parse(answer.text)
    shown, stored = page.all("tbody")
    rows = [[cell.text for cell in row.below() if cell.name in {"th", "td"}] for row in shown.all("tr")]
    assert rows == [
        ["app <b>", "Public: feeds too", "https://app.example.com"],
        ["inner", "Templates only", '{"a":1}'],
        ["long", "Templates only", f"{'y' * 200}…"],
    ]
    assert stored.one("th").text == "crm_token"
