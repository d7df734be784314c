"""The suppression list: addresses that nothing is sent to. They are listed, added and lifted."""

from __future__ import annotations

from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.masking import masked_address
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.errors import RefusedError
from addressee.messaging.errors import SuppressionMissingError
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import (
    KINDS,
    Position,
    Reason,
    SuppressibleKind,
    Suppression,
    is_suppressible,
    manual_suppression,
)
from addressee.messaging.suppressions.suppressions import SuppressionFilter
from addressee.operators.model import Role

routes = Routes("suppressions")

PATH = f"{ENVIRONMENT}/suppressions"
PAGE_SIZE = 50

KIND_NAMES = {"email": "E-mail", "sms": "SMS", "whatsapp": "WhatsApp"}

REASON_NAMES = {
    Reason.BOUNCED: "Bounced",
    Reason.OPTED_OUT: "Opted out",
    Reason.MANUAL: "Added by hand",
    Reason.COMPLAINED: "Complained",
}


@routes.get(PATH, VIEWER)
async def show_suppressions(visit: EnvironmentVisit) -> Answer:
    return await list_page(visit, readable=visit.may(Role.EDITOR))


@routes.post(f"{PATH}/reveal", VIEWER)
async def reveal_suppressions(visit: EnvironmentVisit, form: Form) -> Answer:
    await visit.record("suppressions.reveal")
    return await list_page(visit, readable=True)


async def list_page(visit: EnvironmentVisit, *, readable: bool) -> Answer:
    """Returns a page of the list. Unless it is `readable`, addresses are masked, and details left out."""
    query = visit.query
    address = query.text("address")
    filter = SuppressionFilter(
        query.choice("kind", KINDS, None), query.choice("reason", list(Reason), None), address and address.strip()
    )
    found = await visit.services.messaging.suppressions.list(
        visit.environment.id, filter, query.page_request(Position, PAGE_SIZE)
    )
    asked = {"kind": filter.kind, "reason": filter.reason, "address": filter.address}
    return page(
        visit,
        "operations/suppressions.html",
        found=found,
        filter=filter,
        readable=readable,
        kinds=KIND_NAMES,
        reasons=REASON_NAMES,
        here=visit.url("suppressions", "reveal", **asked, after=query.text("after"), before=query.text("before")),
        newer=found.before and visit.url("suppressions", **asked, before=found.before),
        older=found.after and visit.url("suppressions", **asked, after=found.after),
    )


@routes.get(f"{PATH}/add", EDITOR)
async def show_adding(visit: EnvironmentVisit) -> Answer:
    return adding_page(visit, KINDS[0], visit.query.text("address") or "", "")


@routes.post(f"{PATH}/add", EDITOR)
async def add_suppression(visit: EnvironmentVisit, form: Form) -> Answer:
    kind, address, details = kind_in(form), form.text("address").strip(), form.text("details").strip()
    try:
        entry = manual_suppression(kind, address, details or None, visit.services.directory.clock.now())
    except RefusedError as error:
        return adding_page(visit, kind, address, details, error)
    await visit.record("suppressions.add", kind=kind, address=masked_address(entry.address))
    await visit.services.messaging.suppressions.add(visit.environment.id, [entry])
    return see_other(visit.url("suppressions", address=entry.address, notice="suppression-added"))


def adding_page(
    visit: EnvironmentVisit, kind: str, address: str, details: str, error: RefusedError | None = None
) -> Answer:
    return page(
        visit,
        "operations/suppressions_add.html",
        HTTPStatus.OK if error is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        kinds=KIND_NAMES,
        kind=kind,
        address=address,
        details=details,
        errors={} if error is None else {error.field: error.message},
    )


@routes.get(f"{PATH}/lift", EDITOR)
async def show_lifting(visit: EnvironmentVisit) -> Answer:
    """Raises SuppressionMissingError."""
    kind = visit.query.choice("kind", KINDS, KINDS[0])
    entry = await entry_of(visit, Address(kind, visit.query.text("address") or ""))
    return page(visit, "operations/suppressions_lift.html", entry=entry, kinds=KIND_NAMES, reasons=REASON_NAMES)


@routes.post(f"{PATH}/lift", EDITOR)
async def lift_suppression(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises SuppressionMissingError."""
    entry = await entry_of(visit, Address(kind_in(form), form.text("address").replace("\0", "")))
    origin = await visit.record(
        "suppressions.lift", kind=entry.kind, address=masked_address(entry.address), reason=entry.reason
    )
    services = visit.services
    await services.messaging.suppressions.lift(
        services.directory, visit.environment.id, [Address(entry.kind, entry.address)], origin=origin
    )
    return see_other(visit.url("suppressions", notice="suppression-lifted"))


async def entry_of(visit: EnvironmentVisit, address: Address) -> Suppression:
    """Returns the entry of an address. Raises SuppressionMissingError."""
    found = await visit.services.messaging.suppressions.find(visit.environment.id, [address])
    if address not in found:
        raise SuppressionMissingError
    return found[address]


def kind_in(form: Form) -> SuppressibleKind:
    """Returns the kind of address that a form names, the first one unless it is one of ours."""
    kind = form.text("kind")
    return kind if is_suppressible(kind) else KINDS[0]
