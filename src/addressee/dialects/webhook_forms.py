"""The forms of webhooks, each by the dialect whose shapes it has."""

from __future__ import annotations

from addressee.dialects.knock.mapping.webhook_events import KnockForm
from addressee.dialects.native.wire.webhook_events import StandardForm
from addressee.messaging.webhooks.delivering.events import Forms
from addressee.messaging.webhooks.model import Form

FORMS: Forms = {Form.STANDARD: StandardForm(), Form.KNOCK: KnockForm()}
