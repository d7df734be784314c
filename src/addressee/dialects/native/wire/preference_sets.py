"""The preference set of a recipient that a call changes a part of: that of the tenant in its query, or the default."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from addressee.api.call import Call
from addressee.api.requests.query_strings import Query
from addressee.dialects.native.wire.places import place_of
from addressee.directory.documents import check_id
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.errors import MissingError
from addressee.directory.recipient import Document, Recipient
from addressee.directory.writing.writes import Written
from addressee.preferences.offers import Offer
from addressee.preferences.sets import DEFAULT

Shown = TypeVar("Shown")


async def offer_at(call: Call) -> Offer:
    """Returns what there is to choose at the tenant that the query names, or at none."""
    tenant = Query(call.query_string).text("tenant")
    id = DEFAULT if tenant is None else check_id(tenant, "tenant")
    return await call.services.preferences.offer(call.environment.id, id)


async def change_set(
    call: Call, change: Callable[[Document], Document], shown: Callable[[Offer, Recipient], Shown]
) -> Shown:
    """Changes the set, and returns what is shown of it."""
    recipient, offer = await call.require(place_of(call)), await offer_at(call)

    def answer(written: Written) -> Shown:
        if written.living is None:  # it was deleted meanwhile
            raise MissingError(recipient.place)
        return shown(offer, written.living)

    edit = ChangePreferenceSets(partial(offer.changed, change=change))
    return await call.write(recipient.place, edit, answer=answer)
