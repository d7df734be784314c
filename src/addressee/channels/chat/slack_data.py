"""Channel data of Slack (knock.md §3.8): `{"connections": […], "token": {"access_token": …}}`. Pure.

A tenant may have a token alone: its recipients then have the connections.
"""

from __future__ import annotations

from dataclasses import replace

from addressee.channels.channel_data import TenantData, check_texts, checked_object, need_one_of
from addressee.channels.chat.connections import connected, of_run, with_connections
from addressee.channels.chat.message import ACCESS, SHARED
from addressee.channels.destination import Destination
from addressee.directory.addresses.forms import slack_key
from addressee.directory.recipient import Document

CONNECTION = (ACCESS, "channel_id", "channel_name", "user_id")


def checked(data: Document, path: str) -> Document:
    need_one_of(data, ("connections", SHARED), path)
    if data.get(SHARED) is not None:
        check_texts(checked_object(data[SHARED], f"{path}.{SHARED}"), (ACCESS,), f"{path}.{SHARED}")
    return with_connections(data, path, CONNECTION)


def address(connection: Document, data: Document, of_tenant: Document) -> Document:
    """Returns a member or a channel, with the connection's own token, or else with one that it shares with others.

    That is the tenant's, or that of the recipient's data, and stands in `token` as it does there.
    """
    name = "user_id" if connection.get("user_id") else "channel_id"
    whom = {name: connection.get(name)}
    if connection.get(ACCESS):
        return {**whom, ACCESS: connection[ACCESS]}
    shared = token_in(of_tenant) or token_in(data)
    return {**whom, SHARED: {ACCESS: shared}} if shared else whom


def with_token(data: Document, token: str) -> Document:
    """Returns data with a token that its connections share."""
    return {"connections": [], **data, SHARED: {**(data.get(SHARED) or {}), ACCESS: token}}


def without_token(data: Document, token: str) -> Document | None:
    """Returns data without a token, if it is theirs; None when nothing is left."""
    if token_in(data) != token:
        return data
    rest = {name: value for name, value in data.items() if name != SHARED}
    return rest if any(rest.values()) else None


def token_in(data: Document) -> str | None:
    token: str | None = (data.get(SHARED) or {}).get(ACCESS)
    return token


def of_email(email: str, data: Document, tenant: TenantData) -> Destination | None:
    """Returns the member with an e-mail address, by a token of the recipient's connections or one that is shared."""
    tokens = (each.get(ACCESS) for each in of_run(data.get("connections") or (), tenant.id))
    own = next(filter(None, tokens), None)
    value = {"email": email, **({ACCESS: own} if own else address({}, data, tenant.data))}
    value = {name: part for name, part in value.items() if part is not None}
    key = slack_key(value)
    return None if key is None else Destination(key, value)


FORM = replace(connected(checked, slack_key, address), of_email=of_email)
