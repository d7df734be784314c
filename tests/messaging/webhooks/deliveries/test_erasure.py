"""What endpoints were told of somebody goes with them; that they are gone is told, by their id alone."""

from datetime import timedelta
from uuid import UUID

from addressee.database.pool import Pool
from addressee.directory.edits.recipients import Delete, History
from addressee.directory.writing.writes import Write
from addressee.http.metrics.exposition import StoredState, render
from addressee.messaging.webhooks.deliveries.backlog import overdue_endpoints
from tests.messaging.office import Office
from tests.messaging.webhooks.told import deliver, open_endpoint, told, types_told
from tests.support.webhook_receiver import Receiver, Reply


async def attempts_of(pool: Pool, environment_id: int) -> list[tuple[str, int]]:
    rows = await pool.fetch(
        """
        SELECT recipient_id, count(*)
        FROM addressee.webhook_attempts
        WHERE environment_id = $1
        GROUP BY recipient_id
        ORDER BY recipient_id
        """,
        environment_id,
    )
    return [(row[0], row[1]) for row in rows]


async def test_deliveries_and_attempts_go_with_their_recipient(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    await office.identify("bob")
    await deliver(office)
    receiver.reply = Reply(500)
    await office.identify("ada", name="Countess")
    await deliver(office)
    await office.delete("ada")
    await office.identify("ada", name="Another")
    await office.work()
    assert await types_told(office, endpoint) == [
        ("bob", "recipient.created"),
        ("ada", "recipient.deleted"),
        ("ada", "recipient.created"),
    ]
    assert await attempts_of(office.pool, office.environment_id) == [("bob", 1)]
    receiver.reply = Reply(204)
    await deliver(office, timedelta(minutes=1))
    assert [request.type for request in receiver.received[-2:]] == ["recipient.deleted", "recipient.created"]
    assert receiver.received[-2].json["data"]["recipient"].keys() == {"collection", "id", "uid"}


async def test_of_somebody_whose_history_is_kept_all_stays(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    await deliver(office)
    await office.directory.write(Write(office.user("ada"), (Delete(History.KEPT),)))
    await office.work()
    assert await types_told(office, endpoint) == [("ada", "recipient.created"), ("ada", "recipient.deleted")]


async def test_deliveries_of_who_was_merged_stay_theirs(office: Office, receiver: Receiver) -> None:
    await office.identify("ada")
    other = await office.identify("a.l")
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("a.l", name="Lovelace")
    await office.merge("ada", "a.l")
    await office.work()
    assert [each.recipient for each in await told(office, endpoint) if each.recipient.id == "a.l"] == [
        other.identity,
        other.identity,
    ]
    # Whoever was merged away cannot be shown as they are any more, and the merge is told.
    await deliver(office)
    assert "recipient.merged" in [request.type for request in receiver.received]


async def test_metrics_show_for_how_long_an_endpoint_has_been_away(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    found = await overdue_endpoints(office.pool, office.clock.now() + timedelta(minutes=2))
    assert [each.seconds for each in found if each.endpoint_id == endpoint] == [120.0]
    shown = render(StoredState(webhooks=[each for each in found if each.endpoint_id == endpoint])).decode()
    name = found[[each.endpoint_id for each in found].index(UUID(str(endpoint)))].environment
    assert f'addressee_webhook_overdue_seconds{{endpoint="{endpoint}",environment="{name}"}} 120.0' in shown
    await deliver(office)
    assert endpoint not in [each.endpoint_id for each in await overdue_endpoints(office.pool, office.clock.now())]
