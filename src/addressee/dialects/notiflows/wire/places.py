"""The users, channels and ids that a request names (notiflows.md §1.7, §4.1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from uuid import UUID

from addressee.api.call import Call
from addressee.api.requests.query_strings import Query
from addressee.dialects.notiflows.wire.errors import bad_id, invalid, missing
from addressee.dialects.notiflows.wire.fields import require_text
from addressee.directory.documents import UNREACHABLE, check_text, text_of_id
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.messaging.environment.channels import Channel
from addressee.messaging.recipients.identifiers import workflow_id
from addressee.messaging.workflows.listing import NamedWorkflow

MAX_ID_LENGTH = 255

# The form of an id that Addressee gave out; to clients it is opaque.
ID = re.compile(r"[0-9A-Za-z_-]{1,64}")

# The id of nothing.
NO_ID = UUID(int=0)


def checked_external_id(given: object, field: str = "external_id") -> str:
    """Returns the external id as a text. Raises NotiflowsError or RefusedError."""
    id = require_text(text_of_id(given), field, MAX_ID_LENGTH)
    if id in UNREACHABLE or id != id.strip() or any(unicodedata.category(each) == "Cc" for each in id):
        raise invalid(field, f"{field} must have no blanks around it and no control characters, and not be . or ..")
    check_text(id, field)
    return id


def user_at(call: Call, id: object, field: str = "external_id") -> Place:
    return Place(call.environment.id, USERS, checked_external_id(id, field))


def user_place(call: Call) -> Place:
    """The place of the user whom the path names."""
    return user_at(call, call.path["external_id"])


async def require_user(call: Call) -> Recipient:
    """The user whom the path names. Raises MissingError when there is none."""
    return await call.require(user_place(call))


async def require_subject(call: Call) -> Recipient:
    """The user whom a request is about: the one whom a client acts for, or else whom the path names.

    Raises MissingError when there is none.
    """
    acting: Recipient | None = call.caller.user
    return await require_user(call) if acting is None else acting


def subject_place(call: Call) -> Place:
    """The place of the user whom a request is about, who may not be there."""
    acting: Recipient | None = call.caller.user
    return user_place(call) if acting is None else acting.place


def checked_path_id(call: Call, name: str) -> str:
    """An id in the path. Raises NotiflowsError for one that Addressee cannot have given out."""
    return checked_id(call.path[name], name)


def checked_id(id: str, name: str) -> str:
    """Returns the id. Raises NotiflowsError for one that Addressee cannot have given out."""
    if not ID.fullmatch(id):
        raise bad_id(name)
    return id


def uuid_of(id: str) -> UUID | None:
    """Parses an id; None for one that is no UUID, which nothing can have."""
    try:
        return UUID(id)
    except ValueError:
        return None


def parse_id(query: Query, name: str) -> UUID | None:
    """The id that a list is limited to, None for no limit; NO_ID when it is no UUID.

    Raises NotiflowsError for what cannot be an id.
    """
    id = query.text(name)
    return None if id is None else uuid_of(checked_id(id, name)) or NO_ID


def handles(call: Call, workflows: Iterable[NamedWorkflow]) -> Mapping[str, str]:
    """The handles of notiflows by their ids, which the first clients send instead."""
    return {str(workflow_id(call.environment.uid, each.key)): each.key for each in workflows}


async def require_channel(call: Call) -> Channel:
    """The channel that the path names. Raises NotiflowsError when there is none."""
    id = checked_path_id(call, "channel_id")
    uid = uuid_of(id)
    channel = None if uid is None else await call.services.messaging.channels.get(call.environment.id, uid)
    if channel is None:
        raise missing("channel", id)
    return channel
