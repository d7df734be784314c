"""Editing a recipient: attributes and properties in a form, addresses and channel data one by one."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.person.addresses import addresses_of, read_addresses, reference_of
from addressee.dashboard.person.editing.filling import (
    FIELDS,
    Filled,
    edits_of,
    fields_of,
    form_of,
    outdated,
    read_form,
    refused,
)
from addressee.dashboard.person.editing.new_address import EMPTY, NewAddress, edits_adding, read_new_address
from addressee.dashboard.person.subject import RecipientRoutes, act
from addressee.dashboard.recipients import recipient_url
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.addresses.entries import ATTRIBUTES
from addressee.directory.addresses.forms import FORMS
from addressee.directory.edits.expectations import CHANGED, Expect
from addressee.directory.edits.recipients import Edit, EnableAddress, Identify, RemoveAddress, UnsetChannelData
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Recipient
from addressee.directory.writing.writes import Write

routes = RecipientRoutes("edit")


class Forms(NamedTuple):
    """The forms of the page, as they were filled. `error` is about the act that was asked for last."""

    filled: Filled
    new_address: NewAddress = EMPTY
    error: str = ""


@routes.show("/edit", EDITOR)
async def show_edit(visit: EnvironmentVisit, recipient: Recipient) -> Answer:
    return await edit_page(visit, recipient, Forms(form_of(recipient)))


@routes.change("/edit", EDITOR)
async def edit(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Stores what the form says, unless others changed the recipient since it was shown."""
    filled = read_form(form, recipient)
    if filled.version != recipient.version:
        return await outdated_page(visit, recipient, filled)
    try:
        edits = edits_of(filled, recipient)
        if edits:
            await write(visit, recipient, "edit", edits, fields=fields_of(edits))
    except RefusedError as refusal:
        if refusal.reason == CHANGED:
            return await outdated_page(visit, await visit.require(recipient.place), filled)
        return await edit_page(visit, recipient, Forms(refused(filled, refusal)), HTTPStatus.UNPROCESSABLE_ENTITY)
    notice = "recipient-saved" if edits else "nothing-changed"
    return see_other(recipient_url(visit, *recipient.place[1:], notice=notice))


async def outdated_page(visit: EnvironmentVisit, recipient: Recipient, filled: Filled) -> Answer:
    error = "Somebody changed this meanwhile. Fields that differ show what is stored by now; saving replaces it."
    return await edit_page(visit, recipient, Forms(outdated(filled, recipient), error=error), HTTPStatus.CONFLICT)


@routes.change("/addresses", EDITOR)
async def add_address(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Adds an address, as the primary one if that is asked for."""
    new = read_new_address(form)
    try:
        edits = [Expect(recipient.uid), *edits_adding(new)]
        await write(visit, recipient, "add_address", edits, kind=new.kind)
    except RefusedError as refusal:
        forms = Forms(form_of(recipient), new._replace(error=refusal.message))
        return await edit_page(visit, recipient, forms, HTTPStatus.UNPROCESSABLE_ENTITY)
    return back_to_edit(visit, recipient, "address-added")


@routes.change("/addresses/remove", EDITOR)
async def remove_address(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    address = address_named(recipient, form)
    removing = RemoveAddress(address["kind"], address["value"], address.get("provider"))
    await write(visit, recipient, "remove_address", [Expect(recipient.uid), removing], kind=address["kind"])
    return back_to_edit(visit, recipient, "address-removed")


@routes.change("/addresses/enable", EDITOR)
async def enable_address(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Has a disabled address sent to again."""
    address = address_named(recipient, form)
    enabling = EnableAddress(address["kind"], address["value"], address.get("provider"), recipient.uid)
    await write(visit, recipient, "enable_address", [enabling], kind=address["kind"])
    return back_to_edit(visit, recipient, "address-enabled")


@routes.change("/addresses/primary", EDITOR)
async def make_primary(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Makes an e-mail address or a number the one that is sent to first; the former one stays."""
    address = address_named(recipient, form)
    if address["kind"] not in ATTRIBUTES:
        raise RefusedError("kind", "kind", "Only e-mail addresses and phone numbers can be primary.")
    making = Identify(attributes={ATTRIBUTES[address["kind"]]: address["value"]})
    await write(visit, recipient, "set_primary_address", [Expect(recipient.uid), making], kind=address["kind"])
    return back_to_edit(visit, recipient, "address-primary")


@routes.change("/channel-data/remove", EDITOR)
async def remove_channel_data(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    channel = form.text("channel")
    if channel not in recipient.channel_data:
        raise RefusedError("channel", "channel", "There are no data of this channel any more.")
    await write(visit, recipient, "remove_channel_data", [UnsetChannelData(channel)], channel=channel)
    return back_to_edit(visit, recipient, "channel-data-removed")


async def write(visit: EnvironmentVisit, recipient: Recipient, verb: str, edits: Sequence[Edit], **detail: Any) -> None:
    """Carries out edits once they are recorded. Raises RefusedError."""
    origin = await visit.record(act(recipient, verb), *recipient.place[1:], **detail)
    await visit.services.directory.write(Write(recipient.place, tuple(edits), origin))


def address_named(recipient: Recipient, form: Form) -> Document:
    """Returns the address that a form is about. Raises RefusedError when it is not there any more."""
    for address in addresses_of(recipient):
        if reference_of(address) == form.text("address"):
            return address
    raise RefusedError("address", "address", "This address is not there any more. Go back, and load the page again.")


def back_to_edit(visit: EnvironmentVisit, recipient: Recipient, notice: str) -> Answer:
    return see_other(recipient_url(visit, *recipient.place[1:], "edit", notice=notice))


async def edit_page(visit: EnvironmentVisit, recipient: Recipient, forms: Forms, status: int = HTTPStatus.OK) -> Answer:
    channels = {str(each.id): each for each in await visit.services.messaging.channels.list(visit.environment.id)}
    return page(
        visit,
        "person/edit.html",
        status,
        recipient=recipient,
        fields=FIELDS,
        filled=forms.filled,
        new_address=forms.new_address,
        error=forms.error or forms.filled.errors.get(""),
        kinds=[(kind, kind.replace("_", " ")) for kind in FORMS],
        primary_kinds=ATTRIBUTES,
        addresses=await read_addresses(visit, recipient),
        channel_names={
            id: channels[id].name or channels[id].key if id in channels else id for id in recipient.channel_data
        },
    )
