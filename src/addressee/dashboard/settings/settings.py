"""The settings of an environment, its signing and link keys, and its variables and secrets by name."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple
from zoneinfo import available_timezones

import msgspec

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import ADMIN, Routes
from addressee.dashboard.settings.fields import FIELDS, SECTIONS, changes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.access.algorithms import SETTINGS, Algorithm
from addressee.directory.access.environments import SettingError, changed_settings
from addressee.messaging.environment.secrets import all_secrets
from addressee.messaging.environment.variables import read_variables

routes = Routes("settings")

PATH = f"{ENVIRONMENT}/settings"

ALGORITHMS: tuple[Algorithm, ...] = tuple(SETTINGS)

# The number of variables on the page, and the characters of each.
VARIABLES_SHOWN = 500
LONGEST_SHOWN = 200


class ShownVariable(NamedTuple):
    name: str
    is_public: bool
    text: str


@routes.get(PATH, ADMIN)
async def show_settings(visit: EnvironmentVisit) -> Answer:
    settings = visit.environment.settings
    return settings_page(visit, {field.name: field.shown(settings) for field in FIELDS})


@routes.post(PATH, ADMIN)
async def change_settings(visit: EnvironmentVisit, form: Form) -> Answer:
    """Changes what differs from what is stored."""
    changed = changes(visit.environment.settings, form)
    if not changed:
        return see_other(visit.url("settings", notice="settings-kept"))
    try:
        changed_settings(msgspec.to_builtins(visit.environment.settings), changed)
    except SettingError as error:
        return settings_page(visit, {field.name: field.typed(form) for field in FIELDS}, error)
    await visit.record("settings.change", "settings", None, fields=sorted(changed))
    await visit.services.directory.environments.change(visit.environment.name, changed)
    return see_other(visit.url("settings", notice="settings-changed"))


def settings_page(visit: EnvironmentVisit, shown: dict[str, str | bool], error: SettingError | None = None) -> Answer:
    return page(
        visit,
        "settings/settings.html",
        HTTPStatus.OK if error is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        sections=SECTIONS,
        shown=shown,
        errors={} if error is None else {error.setting: str(error)},
        zones=zones(),
        algorithms=ALGORITHMS,
    )


@routes.get(f"{PATH}/signing-key", ADMIN)
async def show_signing_key(visit: EnvironmentVisit) -> Answer:
    algorithm: Algorithm = "ES256" if visit.query.text("algorithm") == "ES256" else "RS256"
    return page(
        visit,
        "settings/signing_key.html",
        algorithm=algorithm,
        replaces=visit.environment.settings.signing_key_of(algorithm) is not None,
    )


@routes.post(f"{PATH}/signing-key", ADMIN)
async def make_signing_key(visit: EnvironmentVisit, form: Form) -> Answer:
    """Answers with the page that shows the private key, this once."""
    algorithm: Algorithm = "ES256" if form.text("algorithm") == "ES256" else "RS256"
    await visit.record("settings.new_signing_key", "settings", None, algorithm=algorithm)
    private = await visit.services.directory.environments.new_signing_key(visit.environment.name, algorithm)
    return page(visit, "settings/signing_key_made.html", algorithm=algorithm, private=private)


@routes.get(f"{PATH}/link-key", ADMIN)
async def show_link_key(visit: EnvironmentVisit) -> Answer:
    return page(visit, "settings/link_key.html")


@routes.post(f"{PATH}/link-key", ADMIN)
async def make_link_key(visit: EnvironmentVisit, form: Form) -> Answer:
    await visit.record("settings.new_link_key", "settings", None)
    await visit.services.links.new_key(visit.environment.name)
    return see_other(visit.url("settings", notice="links-ended"))


@routes.get(f"{PATH}/variables", ADMIN)
async def show_variables(visit: EnvironmentVisit) -> Answer:
    pool = visit.services.directory.pool
    variables = await read_variables(pool, visit.environment.id)
    return page(
        visit,
        "settings/variables.html",
        variables=[
            ShownVariable(name, name in variables.public, text_of(value))
            for name, value in sorted(variables.all.items())[:VARIABLES_SHOWN]
        ],
        has_more=len(variables.all) > VARIABLES_SHOWN,
        secrets=await all_secrets(pool, visit.environment.id),
    )


def text_of(value: Any) -> str:
    """Returns a value of JSON as a short text."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


@cache
def zones() -> list[str]:
    """Returns the names of time zones that a form suggests: those of places."""
    return sorted(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
    )
