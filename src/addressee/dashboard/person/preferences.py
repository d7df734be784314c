"""The preferences of a recipient as a matrix: what applies, where it comes from, and what its own set says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.person.subject import RecipientRoutes, act
from addressee.dashboard.recipients import recipient_url
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.edits.preference_sets import QUIET_HOURS
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.recipient import Document, Recipient
from addressee.directory.writing.writes import Write
from addressee.preferences.layers import LayerName
from addressee.preferences.matrix import WORKFLOWS, Cell, Matrix, ways_of
from addressee.preferences.offers import Offer
from addressee.preferences.set_keys import set_id_of
from addressee.preferences.sets import DEFAULT, valid_or_empty
from addressee.preferences.statements import layer_of, said, with_said

routes = RecipientRoutes("preferences")

# What a cell can say, by the value of its field.
STATEMENTS: Mapping[str, bool | None] = {"on": True, "off": False, "": None}

SOURCES: Mapping[LayerName | None, str] = {
    LayerName.RECIPIENT_DEFAULT: "own set",
    LayerName.RECIPIENT_TENANT: "own set for the tenant",
    LayerName.TENANT_DEFAULT: "tenant's default",
    LayerName.TENANT_POLICY: "tenant's terms",
    LayerName.ENVIRONMENT_DEFAULT: "environment's default",
    LayerName.CATEGORY_DEFAULT: "category's default",
    None: "nothing said",
}


@dataclass(frozen=True)
class Shown:
    """The matrix of a recipient at a tenant, and what is behind its cells."""

    tenant: str
    offer: Offer
    matrix: Matrix

    def said(self, cell: Cell) -> str:
        """Returns the value of a cell's field: what the recipient's set says."""
        wanted = said(valid_or_empty(self.matrix.own.get(self.offer.set_id, {})), cell.id)
        return next(name for name, statement in STATEMENTS.items() if statement is wanted)

    def source(self, cell: Cell) -> str:
        """Returns where the value of a cell comes from."""
        return SOURCES[layer_of(self.offer.with_defaults(self.matrix.own), cell.id)]

    @property
    def cells(self) -> Iterator[Cell]:
        yield from self.matrix.overall
        for row in self.matrix.rows:
            yield from row.cells
        if self.matrix.tracking is not None:
            yield self.matrix.tracking


@routes.show("/preferences", VIEWER)
async def show_preferences(visit: EnvironmentVisit, recipient: Recipient) -> Answer:
    tenant = visit.query.text("tenant") or DEFAULT
    try:
        return preferences_page(visit, recipient, await read_shown(visit, recipient, tenant))
    except (MissingError, RefusedError):
        shown = await read_shown(visit, recipient, DEFAULT)
        return preferences_page(visit, recipient, shown, tenant, "There is no such tenant.")


@routes.change("/preferences", EDITOR)
async def save_preferences(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Stores what was changed in the form; cells that others changed meanwhile stay as they are."""
    tenant = form.text("tenant") or DEFAULT
    shown = await read_shown(visit, recipient, tenant)
    changes = changes_in(form, shown)
    if changes:
        origin = await visit.record(
            act(recipient, "set_preferences"),
            *recipient.place[1:],
            tenant=None if tenant == DEFAULT else tenant,
            cells=[str(cell.id) for cell, _ in changes],
        )
        edit = ChangePreferenceSets(partial(changed, offer=shown.offer, changes=changes))
        await visit.services.directory.write(Write(recipient.place, (edit,), origin))
    path = recipient_url(
        visit,
        *recipient.place[1:],
        "preferences",
        tenant=None if tenant == DEFAULT else tenant,
        notice="preferences-saved" if changes else "nothing-changed",
    )
    return see_other(path)


def changes_in(form: Form, shown: Shown) -> Sequence[tuple[Cell, bool | None]]:
    """Returns the cells whose fields differ from what the page showed, and what they are to say."""
    changes = []
    for cell in shown.cells:
        was, now = form.texts(f"was:{cell.id}"), form.texts(f"says:{cell.id}")
        if cell.lock is None and was != now and now and now[0] in STATEMENTS:
            changes.append((cell, STATEMENTS[now[0]]))
    return changes


def changed(
    own: Mapping[str, Document], offer: Offer, changes: Sequence[tuple[Cell, bool | None]]
) -> Mapping[str, Document]:
    def change(stored: Document) -> Document:
        for cell, wanted in changes:
            stored = with_said(stored, cell.id, wanted)
        return stored

    return offer.changed(own, change)


async def read_shown(visit: EnvironmentVisit, recipient: Recipient, tenant: str) -> Shown:
    """Returns the matrix at a tenant. Raises MissingError when there is no such tenant."""
    services, environment_id = visit.services, visit.environment.id
    offer = await services.preferences.offer(environment_id, tenant)
    channels = await services.messaging.channels.list(environment_id)
    workflows = await services.messaging.workflows.list(environment_id)
    matrix = Matrix(
        offer,
        recipient.preferences,
        ways_of(channel.served_by.kind for channel in channels),
        {each.key: each.name for each in workflows},
        [(WORKFLOWS, each.key) for each in workflows if each.in_preferences],
        tracks=any(channel.tracks for channel in channels),
    )
    return Shown(tenant, offer, matrix)


def preferences_page(
    visit: EnvironmentVisit, recipient: Recipient, shown: Shown, asked: str | None = None, error: str = ""
) -> Answer:
    effective = shown.offer.effective(recipient.preferences)
    quiet_hours = effective.document.get(QUIET_HOURS)
    return page(
        visit,
        "person/preferences.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        recipient=recipient,
        shown=shown,
        matrix=shown.matrix,
        tenant="" if shown.tenant == DEFAULT else shown.tenant,
        asked=asked,
        error=error,
        tenants=[id for key in recipient.preferences if (id := set_id_of(key)) != DEFAULT and not id.startswith("$")],
        quiet_hours=quiet_hours,
        quiet_source=None if quiet_hours is None else SOURCES[effective.layer_of((QUIET_HOURS,))],
    )
