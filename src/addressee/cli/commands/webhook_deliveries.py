"""The commands `webhooks test`, `deliveries` and `resend`: what a webhook was told, told again."""

from __future__ import annotations

import json as json_format
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.commands.webhooks import opened, webhook_id
from addressee.cli.errors import CommandError
from addressee.cli.options import InstallationOptions, as_json, environment_name, installation_options, private_webhooks

if TYPE_CHECKING:
    from addressee.messaging.webhooks.deliveries.deliveries import DeliveryFilter
    from addressee.messaging.webhooks.model import Delivery

PAGE_SIZE = 100


@click.command()
@webhook_id
@environment_name
@private_webhooks
@installation_options
@asynchronous
async def test(options: InstallationOptions, id: UUID, environment: str) -> None:
    """Send a test event to a webhook, once, and show what it answers. It goes out from this machine."""
    from addressee.dialects.webhook_forms import FORMS

    async with opened(options, environment) as there:
        attempt = await there.trials(FORMS).send(there.id, id)
    if attempt.status is None:
        raise CommandError(f"Nothing was answered: {attempt.answer}")
    print(f"{attempt.status} after {attempt.milliseconds} ms  {one_line(attempt.answer)}".rstrip())


@click.command()
@webhook_id
@environment_name
@click.option(
    "--status", type=click.Choice(["pending", "delivered", "failed", "dropped"]), help="Only those with this status."
)
@click.option("--type", "type_", help="Only events of this type.")
@click.option("--recipient", help="Only events of this user, or object of --collection.")
@click.option("--collection", help="The collection of --recipient; users, if it is left out.")
@click.option("--limit", type=click.IntRange(1), default=PAGE_SIZE, show_default=True, help="How many to show.")
@as_json
@installation_options
@asynchronous
async def deliveries(
    options: InstallationOptions,
    id: UUID,
    environment: str,
    status: str | None,
    type_: str | None,
    recipient: str | None,
    collection: str | None,
    limit: int,
    json: bool,
) -> None:
    """List what a webhook was told, or is to be told, newest first."""
    import msgspec

    from addressee.database.paging import PageRequest
    from addressee.dialects.native.wire.webhook_shapes import delivery as shown

    async with opened(options, environment) as there:
        filter = filter_of(there.id, status, type_, recipient, collection)
        await there.messaging.webhook_endpoints.get(there.id, id)
        after: UUID | None = None
        while limit > 0:
            page: PageRequest[UUID] = PageRequest(min(limit, PAGE_SIZE), after=after)
            found = await there.messaging.webhook_deliveries.list(there.id, id, filter, page)
            for each in found.entries:
                print(json_format.dumps(msgspec.to_builtins(shown(each))) if json else line(each))
            if found.after is None:
                return
            limit, after = limit - len(found.entries), found.entries[-1].id


@click.command()
@webhook_id
@environment_name
@click.option("--delivery", type=click.UUID, help="One delivery, whatever became of it, instead of what failed.")
@click.option("--since", help="Only what happened then or later, like 2026-03-01T12:00Z.")
@click.option("--until", help="Only what happened before.")
@installation_options
@asynchronous
async def resend(
    options: InstallationOptions,
    id: UUID,
    environment: str,
    delivery: UUID | None,
    since: str | None,
    until: str | None,
) -> None:
    """Send again what a webhook was not told as it failed, the earliest first, or one delivery."""
    period = moment(since, "--since"), moment(until, "--until")
    async with opened(options, environment) as there:
        await there.messaging.webhook_endpoints.get(there.id, id)
        replays = there.messaging.webhook_replays
        if delivery is None:
            count = await replays.failed_again(there.id, id, *period)
        else:
            count = await replays.again(there.id, id, [delivery])
    print(f"{count} {'is' if count == 1 else 'are'} sent again.")


def filter_of(
    environment_id: int, status: str | None, type: str | None, recipient: str | None, collection: str | None
) -> DeliveryFilter:
    """Raises RefusedError for a type that there is not, and for what can be no recipient."""
    from addressee.directory.collections import check_collection
    from addressee.directory.documents import check_id
    from addressee.directory.recipient import USERS, Place
    from addressee.messaging.webhooks.deliveries.deliveries import DeliveryFilter
    from addressee.messaging.webhooks.endpoints.types import check_types
    from addressee.messaging.webhooks.model import DeliveryStatus

    place = None
    if recipient is not None:
        place = Place(environment_id, check_collection(collection or USERS), check_id(recipient, "recipient"))
    return DeliveryFilter(
        () if status is None else [DeliveryStatus(status)], () if type is None else check_types([type]), place
    )


def moment(text: str | None, option: str) -> datetime | None:
    """Raises CommandError for what is no time."""
    from addressee.api.requests.query_strings import instant

    try:
        return None if text is None else instant(text)
    except (ValueError, OverflowError):
        raise CommandError(f"{option} must be a date and time like 2026-03-01T12:00Z.") from None


def line(delivery: Delivery) -> str:
    return (
        f"{delivery.id}  {delivery.occurred_at:%Y-%m-%d %H:%M:%S}  {delivery.status:9}  {delivery.type:36}  "
        f"{delivery.recipient.id}"
    )


def one_line(text: str) -> str:
    return " ".join(text.split())
