"""Recipients who are described in a trigger, and are never stored: they live in its run only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from uuid_utils.compat import uuid7

from addressee.directory.edits.context import EditContext
from addressee.directory.edits.recipients import Edit
from addressee.directory.recipient import Place
from addressee.messaging.recipients.identity import TRANSIENT, Profile
from addressee.messaging.runs.model import WaitingRecipient

NO_ENVIRONMENT = 0


@dataclass(frozen=True, slots=True)
class Transient:
    """Somebody who is told. `kinds` are the only kinds of addresses, None: any."""

    profile: Profile
    kinds: frozenset[str] | None = None

    def waiting(self) -> WaitingRecipient:
        """With an identity of its own: each is somebody else, whatever they have in common."""
        uid = uuid7()
        return WaitingRecipient(TRANSIENT, str(uid), uid, {}, kinds=self.kinds, profile=self.profile)


def described(edit: Edit, now: datetime) -> Profile:
    """What an edit makes of nobody. Raises RefusedError."""
    somebody = edit.apply(None, Place(NO_ENVIRONMENT, TRANSIENT, TRANSIENT), EditContext(now, 1, uuid7))
    if somebody is None:
        return Profile()
    return Profile(somebody.attributes, somebody.properties, somebody.addresses)
