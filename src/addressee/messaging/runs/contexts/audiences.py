"""Reads the audiences of a page's recipients: in two queries where a condition asks for them, in none elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from addressee.database.pool import Pool
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.messaging.content.scope import exposed
from addressee.messaging.steps.mentions import audiences_asked_for as asked_for_by_steps
from addressee.messaging.steps.model import Step
from addressee.messaging.workflows.audiences.membership import Membership, named_by
from addressee.messaging.workflows.audiences.model import Audience
from addressee.messaging.workflows.audiences.store import read_dynamic
from addressee.preferences.audiences import NO_AUDIENCES, audiences_asked_for, read_audiences
from addressee.preferences.layers import Effective

# The arguments of the conditions that ask for the audiences of each recipient.
Asked = Mapping[Place, frozenset[Any]]


def asked_of(steps: Sequence[Step], preferences: Mapping[Place, Effective]) -> Asked:
    """Returns what conditions ask of each recipient, those of steps and of preferences; nothing for most."""
    by_steps = asked_for_by_steps(steps)
    asked = {place: by_steps.union(audiences_asked_for(each.document)) for place, each in preferences.items()}
    return {place: arguments for place, arguments in asked.items() if arguments}


async def read_memberships(
    pool: Pool, environment_id: int, recipients: Sequence[Recipient], asked: Asked, now: datetime
) -> Mapping[Place, frozenset[str]]:
    """Returns the audiences of those recipients of whom a condition asks for any.

    Dynamic audiences are evaluated on the recipients as they are, whatever else they are within a tenant.
    """
    asking = [recipient for recipient in recipients if recipient.place in asked]
    if not asking:
        return {}
    added = await read_audiences(pool, environment_id, asking)
    return memberships(asking, added, await read_dynamic(pool, environment_id), asked, now)


def memberships(
    recipients: Sequence[Recipient],
    added: Mapping[Place, frozenset[str]],
    dynamic: Mapping[str, Audience],
    asked: Asked,
    now: datetime,
) -> Mapping[Place, frozenset[str]]:
    """Returns the audiences that recipients were added to, with the dynamic ones that were asked for. Pure."""
    if not dynamic:
        return added
    return {
        recipient.place: Membership(exposed(recipient), added.get(recipient.place, NO_AUDIENCES), dynamic, now).among(
            named_by(asked[recipient.place], dynamic) if recipient.place.collection == USERS else ()
        )
        for recipient in recipients
    }
