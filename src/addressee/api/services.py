"""The services that dialects call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addressee.directory.access.keys import KeyRing
    from addressee.directory.directory import Directory
    from addressee.messaging.messaging import Messaging
    from addressee.preferences.preferences import Preferences


@dataclass(frozen=True, slots=True)
class Services:
    directory: Directory
    preferences: Preferences
    messaging: Messaging
    keys: KeyRing
