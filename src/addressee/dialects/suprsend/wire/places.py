"""Places and ids of the recipients that a request names (suprsend.md §2.0, §3.3)."""

from __future__ import annotations

import re

from addressee.api.call import Call
from addressee.dialects.suprsend.wire.errors import invalid
from addressee.directory.collections import check_own
from addressee.directory.documents import check_reachable, check_text, text_of_id
from addressee.directory.recipient import TENANTS, USERS, Place, Recipient

MAX_ID_LENGTH = 255

TENANT = re.compile(r"[a-z0-9_-]{1,64}")


def parse_id(id: object, field: str = "distinct_id") -> str:
    """Returns an id without spaces around it. Raises SuprSendError or RefusedError."""
    text = text_of_id(id)
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= MAX_ID_LENGTH:
        raise invalid(field, f"{field} must be a text of 1 to {MAX_ID_LENGTH} characters.")
    check_reachable(text.strip(), field)
    check_text(text, field)
    return text.strip()


def parse_tenant_id(id: object, field: str = "tenant_id") -> str:
    """Returns a tenant's id in lower case; clients write it in any case (§2.7). Raises SuprSendError."""
    text = text_of_id(id)
    if not isinstance(text, str) or not TENANT.fullmatch(text.strip().lower()):
        raise invalid(field, f"{field} must be 1 to 64 letters, digits, - and _.")
    return text.strip().lower()


def tenant_at(call: Call, id: object, field: str = "tenant_id") -> Place:
    return Place(call.environment.id, TENANTS, parse_tenant_id(id, field))


def user_at(call: Call, id: object, field: str = "distinct_id") -> Place:
    return Place(call.environment.id, USERS, parse_id(id, field))


def user_place(call: Call) -> Place:
    """Returns the place of the user that the path names. Raises SuprSendError or RefusedError."""
    return user_at(call, call.path["distinct_id"])


async def require_user(call: Call) -> Recipient:
    """Returns the user that the path names. Raises SuprSendError when there is none."""
    return await call.require(user_place(call))


def parse_type(type: object, field: str = "object_type") -> str:
    """Returns the collection of a type of objects. Raises SuprSendError or RefusedError."""
    return check_own(parse_id(type, field), field)
