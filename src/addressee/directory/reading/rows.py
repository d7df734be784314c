"""Conversion of recipients from and to rows of the database."""

from __future__ import annotations

from typing import Any

import asyncpg
import msgspec

from addressee.directory.addresses.entries import NUMBERS
from addressee.directory.emails import email_key
from addressee.directory.phones import phone_key
from addressee.directory.recipient import Place, Recipient

decode = msgspec.json.Decoder().decode
encode = msgspec.json.Encoder().encode


def recipient_from(row: asyncpg.Record | tuple[Any, ...]) -> Recipient:
    (
        environment_id,
        collection,
        id,
        uid,
        version,
        updated_at,
        attributes,
        properties,
        addresses,
        channel_data,
        preferences,
        deleted_at,
        format,
        deletions,
        history_kept,
    ) = row
    return Recipient(
        Place(environment_id, collection, id),
        uid,
        version,
        updated_at,
        document(attributes),
        document(properties),
        [] if addresses is None else [with_current_key(address) for address in decode(addresses)],
        document(channel_data),
        document(preferences),
        deleted_at,
        format,
        deletions,
        history_kept,
    )


def with_current_key(address: dict[str, Any]) -> dict[str, Any]:
    """Returns a stored address with the key that this version computes.

    Versions up to 0.1 stored domains that were not in ASCII, and the digits of a number as written instead of as
    dialled.
    """
    kind, key, value = address["kind"], address["key"], address["value"]
    if kind == "email" and not key.isascii():
        return {**address, "key": email_key(value)}
    if kind in NUMBERS and value != f"+{key}":
        return {**address, "key": phone_key(value)}
    return address


def document(stored: bytes | None) -> dict[str, Any]:
    return {} if stored is None or stored == b"{}" else decode(stored)
