"""Transient recipients: described in a trigger and never stored, they exist in its run only."""

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
    """A transient recipient. `kinds` are the only kinds of addresses that are used, None: any."""

    profile: Profile
    kinds: frozenset[str] | None = None

    def waiting(self) -> WaitingRecipient:
        """Returns the recipient of a run, with a new identity: no two transients are the same, whatever they share."""
        uid = uuid7()
        return WaitingRecipient(TRANSIENT, str(uid), uid, {}, kinds=self.kinds, profile=self.profile)


def profile_from(edit: Edit, now: datetime) -> Profile:
    """Returns the profile that an edit describes, applied to nothing. Raises RefusedError."""
    described = edit.apply(None, Place(NO_ENVIRONMENT, TRANSIENT, TRANSIENT), EditContext(now, 1, uuid7))
    if described is None:
        return Profile()
    return Profile(described.attributes, described.properties, described.addresses)
