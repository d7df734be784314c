"""Links that name a person, as short texts that nobody else can make.

A token is the signed text of a link in MessagePack.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from math import ceil
from typing import NamedTuple
from uuid import UUID

import msgspec

from addressee.directory.access.signed_texts import SignedText, TextKey, read_signed
from addressee.directory.recipient import USERS, Identity

# A link with the longest ids that there can be is shorter.
MAX_TOKEN_LENGTH = 4_096


class Purpose(IntEnum):
    """The page that a link opens. The numbers stand in tokens; the names, in lower case, in paths."""

    PREFERENCES = 1
    INBOX = 2
    UNSUBSCRIBE = 3

    @property
    def segment(self) -> str:
        return self.name.lower()


class Link(msgspec.Struct, frozen=True, array_like=True):
    """A link: whom it names in which environment, for what, and until when (Unix seconds; 0: without an end).

    `uid` is an identity, which an id that was deleted and used again does not share; `collection` is None for users.
    `tenant` is the one within which the link counts. A link to unsubscribe says what from: a category, or a workflow.
    The order of the fields is that of a token.
    """

    purpose: Purpose
    environment_id: int
    uid: UUID
    expires: int = 0
    tenant: str | None = None
    category: str | None = None
    workflow: str | None = None
    collection: str | None = None

    @property
    def expires_at(self) -> datetime | None:
        return datetime.fromtimestamp(self.expires, UTC) if self.expires else None

    def has_expired(self, now: datetime) -> bool:
        return 0 < self.expires <= now.timestamp()


def link_to(
    purpose: Purpose,
    whom: Identity,
    expires_at: datetime | None,
    *,
    tenant: str | None = None,
    category: str | None = None,
    workflow: str | None = None,
) -> Link:
    """Returns a link of somebody who exists. It ends with a whole second, the next one after `expires_at`."""
    assert whom.uid is not None
    expires = 0 if expires_at is None else ceil(expires_at.timestamp())
    collection = None if whom.collection == USERS else whom.collection
    return Link(purpose, whom.environment_id, whom.uid, expires, tenant, category, workflow, collection)


ENCODER = msgspec.msgpack.Encoder(uuid_format="bytes")
DECODER = msgspec.msgpack.Decoder(Link)


@dataclass(frozen=True, slots=True)
class LinkKey(TextKey):
    """The key by which the links of one environment are signed."""

    def token(self, link: Link) -> str:
        """Returns the signed link."""
        return self.signed(ENCODER.encode(link))


class UnverifiedLink(NamedTuple):
    """The content of a token. Anybody may have written it, up to the key of its environment saying otherwise."""

    link: Link
    text: SignedText

    def is_signed_by(self, key: LinkKey) -> bool:
        return self.text.is_signed_by(key)


def read_token(token: str) -> UnverifiedLink | None:
    """Reads a token; None for what cannot be one."""
    text = read_signed(token, MAX_TOKEN_LENGTH)
    if text is None:
        return None
    try:
        link = DECODER.decode(text.payload)
    except (ValueError, msgspec.DecodeError):
        return None
    if "\0" in (link.collection or ""):  # the database knows no such text
        return None
    return UnverifiedLink(link, text)
