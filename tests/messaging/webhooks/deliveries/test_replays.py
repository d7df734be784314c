"""What was told, or could not be, is told again; tests of endpoints are answered at once."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.dialects.webhook_forms import FORMS
from addressee.messaging.errors import WebhookMissingError
from addressee.messaging.lifecycle.maintenance import DELIVERY_LIFE, delete_expired
from addressee.messaging.webhooks.deliveries.deliveries import Deliveries
from addressee.messaging.webhooks.deliveries.replays import Replays
from addressee.messaging.webhooks.delivering.trials import Trials
from addressee.messaging.webhooks.endpoints.removal import RemoveDeliveries
from tests.messaging.office import Office
from tests.messaging.webhooks.told import deliver, endpoint_row, open_endpoint, statuses, told
from tests.support.webhook_receiver import Receiver, Reply


async def give_up(office: Office, receiver: Receiver) -> None:
    """Lets all that is pending fail for good."""
    receiver.reply = Reply(500)
    await office.pool.execute(
        "UPDATE addressee.webhook_deliveries SET attempts = 8 WHERE environment_id = $1 AND status = 'pending'",
        office.environment_id,
    )
    await deliver(office)
    receiver.reply = Reply(200)


async def test_what_failed_in_a_period_is_told_again_under_its_ids(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    await give_up(office, receiver)
    office.clock.move(timedelta(hours=1))
    since = office.clock.now()
    await office.identify("bob")
    await give_up(office, receiver)
    office.clock.move(timedelta(hours=1))
    until = office.clock.now()
    await office.identify("eve")
    await give_up(office, receiver)
    replays = Replays(office.pool, office.clock)
    ids = [request.id for request in receiver.received]
    assert await replays.failed_again(office.environment_id, endpoint, since, until) == 1
    await deliver(office, timedelta(minutes=1))
    assert await statuses(office, endpoint) == ["failed", "delivered", "failed"]
    assert receiver.received[-1].id == ids[1]
    assert await replays.failed_again(office.environment_id, endpoint) == 2
    assert await replays.failed_again(office.environment_id, endpoint) == 0


async def test_single_deliveries_are_told_again_but_for_those_that_are_still_to_be_told(
    office: Office, other: Office, receiver: Receiver
) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    await deliver(office)
    await office.identify("bob")
    ids = [each.id for each in await told(office, endpoint)]
    replays = Replays(office.pool, office.clock)
    assert await replays.again(other.environment_id, endpoint, ids) == 0
    assert await replays.again(office.environment_id, uuid7(), ids) == 0
    # Weeks later, as long as it is kept, and although what waits for so long by itself is given up.
    office.clock.move(timedelta(days=20))
    assert await replays.again(office.environment_id, endpoint, ids) == 1
    await deliver(office)
    assert [request.id for request in receiver.received] == [str(ids[0]), str(ids[0])]
    history = await Deliveries(office.pool).get(office.environment_id, endpoint, ids[0])
    assert history is not None
    assert [(each.number, each.status) for each in history.attempts] == [(1, 204), (1, 204)]


async def test_a_test_is_answered_at_once_and_nothing_of_it_is_stored(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    allowed = AllowedHosts.listed("127.0.0.1", "")
    trials = Trials(office.pool, lambda: office.sealer, office.clock, allowed, FORMS)
    receiver.reply = Reply(418, body="a teapot")
    attempt = await trials.send(office.environment_id, endpoint)
    assert (attempt.number, attempt.status, attempt.answer) == (1, 418, "a teapot")
    assert receiver.received[0].json["type"] == "endpoint.test"
    assert await told(office, endpoint) == []
    assert (await endpoint_row(office, endpoint))["failing_since"] is None
    with pytest.raises(WebhookMissingError):
        await trials.send(office.environment_id, uuid7())


async def test_deliveries_are_kept_for_thirty_days_with_their_attempts(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    await deliver(office)
    await delete_expired(office.pool, office.clock.now() + DELIVERY_LIFE - timedelta(seconds=1))
    assert len(await told(office, endpoint)) == 1
    await delete_expired(office.pool, office.clock.now() + DELIVERY_LIFE)
    assert await told(office, endpoint) == []
    statement = "SELECT count(*) FROM addressee.webhook_attempts WHERE environment_id = $1"
    assert await office.pool.fetchval(statement, office.environment_id) == 0


async def test_what_a_deleted_endpoint_was_told_is_removed_and_nothing_of_others(
    office: Office, receiver: Receiver
) -> None:
    endpoint, stays = await open_endpoint(office, url=receiver.url), await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    await deliver(office)
    await office.carry_out(RemoveDeliveries(office.environment_id, endpoint))
    assert len(await told(office, endpoint)) == 1
    await office.pool.execute("DELETE FROM addressee.webhook_endpoints WHERE id = $1", endpoint)
    await office.carry_out(RemoveDeliveries(office.environment_id, endpoint))
    assert await told(office, endpoint) == []
    assert len(await told(office, stays)) == 1
    statement = "SELECT count(*) FROM addressee.webhook_attempts WHERE environment_id = $1"
    assert await office.pool.fetchval(statement, office.environment_id) == 1
