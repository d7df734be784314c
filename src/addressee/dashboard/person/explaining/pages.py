"""Explanations of what a workflow would do for a recipient now: where it would arrive, where not, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import msgspec

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.person.explaining.steps import Row, rows_of
from addressee.dashboard.person.reasons import reason_of
from addressee.dashboard.person.subject import RecipientRoutes
from addressee.dashboard.recipients import recipient_url
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.documents import check_id, check_value
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, Document, Recipient
from addressee.messaging.errors import DataInvalidError
from addressee.messaging.preview.simulations import Simulated, Simulation
from addressee.messaging.runs.explanations.explanation import Explanation
from addressee.operators.model import Role

routes = RecipientRoutes("explaining")


@dataclass(frozen=True, slots=True)
class Asked:
    """A trigger to explain, as it was typed; `errors` say what is wrong with it, by field."""

    workflow: str
    tenant: str
    data: str
    document: Document
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answered:
    """An explanation. `refusal` is why a trigger would be refused, `obstacle` what stops the whole workflow."""

    rows: Sequence[Row]
    arrives: Sequence[str]
    obstacle: str
    refusal: str

    @property
    def has_addresses(self) -> bool:
        return any(row.addresses or row.suppressed or row.conditions for row in self.rows)


@routes.show("/explain", VIEWER)
async def show_explanation(visit: EnvironmentVisit, recipient: Recipient) -> Answer:
    return await explanation_page(visit, recipient, masked=not visit.may(Role.EDITOR))


@routes.change("/explain/reveal", VIEWER)
async def reveal_explanation(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Shows the page that the query names with addresses as they are."""
    await visit.record("explain.reveal", recipient.place.collection, recipient.place.id)
    return await explanation_page(visit, recipient, masked=False)


async def explanation_page(visit: EnvironmentVisit, recipient: Recipient, *, masked: bool) -> Answer:
    workflows = await visit.services.messaging.workflows.list(visit.environment.id)
    asked = await asked_by(visit, {each.key for each in workflows})
    answered = None
    if asked.workflow and not asked.errors:
        answered = await answer_of(visit, recipient, asked, masked=masked)
    here = (recipient.place.collection, recipient.place.id, "explain")
    return page(
        visit,
        "person/explain.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if asked.errors else HTTPStatus.OK,
        recipient=recipient,
        workflows=workflows,
        asked=asked,
        answered=answered,
        masked=masked,
        action=recipient_url(visit, *here),
        reveal=recipient_url(visit, *here, "reveal", workflow=asked.workflow, tenant=asked.tenant, data=asked.data),
    )


async def asked_by(visit: EnvironmentVisit, workflows: Collection[str]) -> Asked:
    query = visit.query
    workflow, tenant, data = (query.text(name) or "" for name in ("workflow", "tenant", "data"))
    errors: dict[str, str] = {}
    document: Document = {}
    if workflow and workflow not in workflows:
        errors["workflow"] = "There is no such workflow; choose another one."
    if tenant:
        try:
            place = visit.place(TENANTS, check_id(tenant, "tenant"))
            if await visit.services.directory.read(place) is None:
                errors["tenant"] = "There is no such tenant; leave this empty, or add the tenant."
        except RefusedError as error:
            errors["tenant"] = error.message
    if data.strip():
        try:
            document = msgspec.json.decode(data, type=dict)
            check_value(document, "data")
        except msgspec.MsgspecError as error:
            errors["data"] = f'Write a JSON object, like {{"amount": 5}}: {error}'
        except RefusedError as error:
            errors["data"] = error.message
    return Asked(workflow, tenant, data, document, errors)


async def answer_of(visit: EnvironmentVisit, recipient: Recipient, asked: Asked, *, masked: bool) -> Answered:
    messaging = visit.services.messaging
    place, tenant = recipient.place, asked.tenant or None
    explanation = await messaging.runs.explain(place, asked.workflow, tenant=tenant, data=asked.document)
    simulated, refusal = None, ""
    try:
        simulated = await messaging.simulations.simulate(Simulation(place, asked.workflow, (asked.document,), tenant))
    except DataInvalidError as error:
        refusal = " ".join(f"{failure.field}: {failure.message}" for failure in error.failures)
    # Later than all that would happen at once.
    now = visit.services.directory.clock.now()
    return answered(explanation, simulated, refusal, now, masked=masked)


def answered(
    explanation: Explanation, simulated: Simulated | None, refusal: str, now: datetime, *, masked: bool
) -> Answered:
    rows = rows_of(explanation, simulated, now, masked=masked)
    arrives = [row.title for row in rows if row.outcome in {"Would arrive", "Would wait"}]
    obstacle = "" if explanation.obstacle is None else reason_of(explanation.obstacle)
    return Answered(rows, arrives, obstacle, refusal)
