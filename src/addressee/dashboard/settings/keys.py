"""API keys of an environment: listed, created, revoked."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import ADMIN, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.access.keys import PREFIXES, KeyInfo, checked_kind, checked_name

routes = Routes("keys")

PATH = f"{ENVIRONMENT}/keys"
PAGE_SIZE = 50

KIND_NAMES = {"secret": "Secret", "public": "Public", "workspace": "Workspace", "api": "API", "service": "Service"}

KIND_USES = {
    "secret": "For servers: it may do everything in this environment",
    "public": "For browsers and apps: it acts for one person",
    "workspace": "For SuprSend’s clients that sign with a secret",
    "api": "For SuprSend’s clients that send an API key",
    "service": "For the knock command and the management API: it may read and change workflows in this environment",
}


@routes.get(PATH, ADMIN)
async def show_keys(visit: EnvironmentVisit) -> Answer:
    found = await visit.services.issued_keys.list_of(visit.environment.id, visit.query.page_request(UUID, PAGE_SIZE))
    return page(
        visit,
        "settings/keys.html",
        found=found,
        kinds=KIND_NAMES,
        prefixes=PREFIXES,
        newest=visit.query.text("after") and visit.url("keys"),
        older=found.after and visit.url("keys", after=found.after),
    )


@routes.get(f"{PATH}/new", ADMIN)
async def show_creating(visit: EnvironmentVisit) -> Answer:
    return creating_page(visit, "secret", "")


@routes.post(f"{PATH}/new", ADMIN)
async def create_key(visit: EnvironmentVisit, form: Form) -> Answer:
    """Answers with the page that shows the key, this once."""
    kind, name = form.text("kind"), form.text("name").strip()
    try:
        checked_kind(kind)
    except ValueError as error:
        return creating_page(visit, "secret", name, {"kind": str(error)})
    try:
        checked_name(name)
    except ValueError as error:
        return creating_page(visit, kind, name, {"name": str(error)})
    await visit.record("keys.create", kind=kind, name=name)
    created = await visit.services.issued_keys.create(visit.environment.name, kind, name=name)
    return page(visit, "settings/keys_created.html", created=created, name=name, kinds=KIND_NAMES)


def creating_page(visit: EnvironmentVisit, kind: str, name: str, errors: dict[str, str] | None = None) -> Answer:
    return page(
        visit,
        "settings/keys_new.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        kind=kind,
        name=name,
        errors=errors or {},
        uses=KIND_USES,
        kinds=KIND_NAMES,
    )


@routes.get(f"{PATH}/{{id}}/revoke", ADMIN)
async def show_revoking(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    return page(
        visit, "settings/keys_revoke.html", key=await key_of(visit), kinds=KIND_NAMES, uses=KIND_USES, prefixes=PREFIXES
    )


@routes.post(f"{PATH}/{{id}}/revoke", ADMIN)
async def revoke_key(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    key = await key_of(visit)
    await visit.record("keys.revoke", "keys", str(key.id), kind=key.kind, name=key.name)
    await visit.services.issued_keys.revoke_in(visit.environment.id, key.id)
    return see_other(visit.url("keys", notice="key-revoked"))


async def key_of(visit: EnvironmentVisit) -> KeyInfo:
    """Returns the key in force that the path names. Raises PageMissingError."""
    try:
        id = UUID(visit.path["id"])
    except ValueError:
        key = None
    else:
        key = await visit.services.issued_keys.get(visit.environment.id, id)
    if key is None or key.revoked_at is not None:
        raise PageMissingError("There is no such key in force.")
    return key
