"""Connections in channel data: how a recipient is reached by a chat provider (knock.md §3.8). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from addressee.channels.channel_data import (
    Form,
    TenantData,
    check_texts,
    checked_object,
    checked_text,
    entries,
)
from addressee.channels.destination import Destination
from addressee.directory.addresses.forms import WEBHOOK
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document

# The field of a connection that is of one tenant.
TENANT = "knock_tenant_id"


def with_connections(data: Document, path: str, texts: Sequence[str], required: Sequence[str] = ()) -> Document:
    """Returns the data with checked connections: each has these texts, or an incoming webhook instead."""
    connections = []
    for given, at in entries(data, "connections", path):
        connection = checked_object(given, at)
        if WEBHOOK in connection:
            webhook = checked_object(connection[WEBHOOK], f"{at}.{WEBHOOK}")
            checked_text(webhook.get("url"), f"{at}.{WEBHOOK}.url")
        else:
            for name in required:
                checked_text(connection.get(name), f"{at}.{name}")
            check_texts(connection, texts, at)
        check_texts(connection, (TENANT,), at)
        connections.append(connection)
    return {**data, "connections": connections}


def connected(
    checked: Callable[[Document, str], Document],
    key: Callable[[Document], str | None],
    address: Callable[[Document, Document, Document], Document],
) -> Form:
    """Returns the form of data with connections.

    `address` returns the address of a connection that is no webhook, in the form that `directory.addresses.forms` gives
    it, from the connection, the recipient's data and the tenant's data. So the same one that a client wrote as an
    address has the same `key`, and is sent to once.
    """

    def destinations(data: Document, tenant: TenantData) -> list[Destination]:
        found: dict[str, Document] = {}
        of_tenant = valid(tenant.data)
        for connection in of_run(valid(data).get("connections", ()), tenant.id):
            value = webhook_of(connection) or address(connection, data, of_tenant)
            if (named := key(value)) is not None:
                found.setdefault(named, value)
        return [Destination(named, value) for named, value in found.items()]

    def valid(data: Document) -> Document:
        """Returns data in this form, none if they were stored for another provider, which the channel had before."""
        try:
            return checked(data, "data")
        except RefusedError:
            return {}

    return Form(checked, destinations=destinations)


def of_run(connections: Iterable[Document], tenant_id: str | None) -> list[Document]:
    """Returns the connections for a run: those of its tenant if there are any, otherwise those of no tenant."""
    known = list(connections)
    own = [each for each in known if tenant_id is not None and each.get(TENANT) == tenant_id]
    return own or [each for each in known if not each.get(TENANT)]


def webhook_of(connection: Document) -> Document:
    """Returns the address of a connection that is a webhook, empty for any other one."""
    return {WEBHOOK: {"url": connection[WEBHOOK]["url"]}} if WEBHOOK in connection else {}
