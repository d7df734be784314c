"""Trials: an endpoint is told of a test event, at once and once, and whoever asked sees what it answered."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from uuid_utils.compat import uuid7

from addressee.channels.requests.exchange import open_public_client
from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.messaging.errors import WebhookMissingError
from addressee.messaging.webhooks.delivering.events import Forms, ToldTest
from addressee.messaging.webhooks.delivering.requests import opened, tell
from addressee.messaging.webhooks.model import DeliveryAttempt

SQL = load(__package__)


class Trials:
    """Tests endpoints, disabled ones too. `allowed` are the hosts that may be private."""

    def __init__(
        self, pool: Pool, sealer: Callable[[], Sealer], clock: Clock, allowed: AllowedHosts, forms: Forms
    ) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock
        self._allowed = allowed
        self._forms = forms

    async def send(self, environment_id: int, endpoint_id: UUID) -> DeliveryAttempt:
        """Tells an endpoint of the event `endpoint.test`, of which nothing is stored, and returns what came of it.

        Raises WebhookMissingError, and WrongMasterKeyError.
        """
        now = self._clock.now()
        row = await self._pool.fetchrow(*SQL["open_endpoint"](environment_id=environment_id, id=endpoint_id, now=now))
        if row is None:
            raise WebhookMissingError
        endpoint = opened(row, endpoint_id, self._forms, self._sealer(), now)
        event = ToldTest(now, endpoint_id)
        body = endpoint.form.body(event) or b"{}"
        async with open_public_client(allowed=self._allowed) as client:
            result, milliseconds = await tell(client, endpoint, str(uuid7()), event, body, now)
        return DeliveryAttempt(1, now, milliseconds, result.status, result.answer)
