"""The services that dialects and pages call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addressee.api.live.connections import Connections
    from addressee.database.jobs.held import HeldJobs
    from addressee.directory.access.key_ring import KeyRing
    from addressee.directory.access.keys import Keys
    from addressee.directory.access.links import Links
    from addressee.directory.directory import Directory
    from addressee.messaging.chat_accounts.chat_accounts import ChatAccounts
    from addressee.messaging.delivery.channels.trials import Trials
    from addressee.messaging.messaging import Messaging
    from addressee.messaging.webhooks.delivering.trials import Trials as WebhookTrials
    from addressee.messaging.workflows.deploying.publishing import Publishing
    from addressee.operators.operators import Operators
    from addressee.preferences.preferences import Preferences
    from addressee.traffic.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Services:
    """`keys` looks up those of requests, `issued_keys` makes and revokes them for operators."""

    directory: Directory
    preferences: Preferences
    messaging: Messaging
    chat_accounts: ChatAccounts
    keys: KeyRing
    links: Links
    connections: Connections
    operators: Operators
    issued_keys: Keys
    held_jobs: HeldJobs
    trials: Trials
    traffic: Traffic
    webhook_trials: WebhookTrials
    publishing: Publishing
