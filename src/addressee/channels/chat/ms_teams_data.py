"""Channel data of Microsoft Teams (knock.md §3.8): `{"connections": […], "ms_teams_tenant_id": …}`. Pure.

A tenant may have its id alone: its recipients then have the connections.
"""

from __future__ import annotations

from addressee.channels.channel_data import check_texts, need_one_of
from addressee.channels.chat.connections import connected, with_connections
from addressee.directory.addresses.forms import ms_teams_key
from addressee.directory.recipient import Document

TENANT_ID = "ms_teams_tenant_id"
CONNECTION = (TENANT_ID, "ms_teams_team_id", "ms_teams_channel_id", "ms_teams_user_id")


def checked(data: Document, path: str) -> Document:
    need_one_of(data, ("connections", TENANT_ID), path)
    check_texts(data, (TENANT_ID,), path)
    return with_connections(data, path, CONNECTION)


def with_tenant(data: Document, tenant_id: str) -> Document:
    """Returns data with a tenant of Microsoft."""
    return {"connections": [], **data, TENANT_ID: tenant_id}


def without_tenant(data: Document) -> Document | None:
    """Returns data without the tenant of Microsoft; None when nothing is left."""
    rest = {name: value for name, value in data.items() if name != TENANT_ID}
    return rest if any(rest.values()) else None


def address(connection: Document, data: Document, of_tenant: Document) -> Document:
    """Returns a person or a channel, which is a conversation of the same id, in the tenant of Microsoft that it is of.

    Without a tenant there is no address.
    """
    user, channel = connection.get("ms_teams_user_id"), connection.get("ms_teams_channel_id")
    whom = {"user_id": user} if user else {"conversation_id": channel}
    return {"tenant_id": connection.get(TENANT_ID) or of_tenant.get(TENANT_ID) or data.get(TENANT_ID), **whom}


FORM = connected(checked, ms_teams_key, address)
