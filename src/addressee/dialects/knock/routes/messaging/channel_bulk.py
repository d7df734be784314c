"""Marks or deletes all messages of a channel that a filter finds: a browser's "mark all" (knock.md §2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import structs

from addressee.api.call import Call
from addressee.api.operation import ANY_KEY
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping.filters import check_trigger_data
from addressee.dialects.knock.mapping.rendering import bulk_operation
from addressee.dialects.knock.shapes.bulk import BulkOperation
from addressee.dialects.knock.shapes.messages import ChannelBulk
from addressee.dialects.knock.wire.authentication import FEED_WRITE, Caller
from addressee.dialects.knock.wire.errors import KnockError, invalid, missing
from addressee.dialects.knock.wire.query import after, before
from addressee.directory.documents import check_id, check_text
from addressee.directory.recipient import USERS, Document, Place
from addressee.messaging.messages.listing import EARLIEST, LATEST
from addressee.messaging.messages.marks.bulk import Action, Selection
from addressee.messaging.messages.status import Status

routes = Routes(keys=ANY_KEY)

ACTIONS: Mapping[str, Action] = {
    **{action.value: action for action in Action},
    "archive": Action.ARCHIVED,
    "unarchive": Action.UNARCHIVED,
}


@routes.post(
    "/v1/channels/{channel_id}/messages/bulk/{action}",
    "channels.bulk.update_message_status",
    permission=FEED_WRITE,
    request=ChannelBulk,
    response=BulkOperation,
)
async def update(call: Call) -> BulkOperation:
    """Mark or delete all messages of a channel that a filter finds."""
    given = typed_body(call, ChannelBulk)
    action = ACTIONS.get(call.path["action"])
    if action is None:
        raise missing("The action")
    owners = parse_owners(call, given)
    selection = covered(call.caller, selected(await require_channel_id(call), given))
    operation = await call.services.messaging.marks.mark_all(
        call.environment.id, action, selection, owners, receipt=call.receipt(bulk_operation)
    )
    return bulk_operation(operation)


def covered(caller: Caller, selection: Selection) -> Selection:
    """Returns the selection within the tenants that the caller's token covers; without `tenants`, what belongs to none.

    Raises KnockError when the token does not cover the rest.
    """
    if not caller.is_limited_to_tenants:
        return selection
    if selection.tenants is not None:
        for tenant in selection.tenants:
            caller.check_tenant(FEED_WRITE, tenant)
        return selection
    if selection.has_tenant:
        raise KnockError("authorization", "The user token is limited to tenants; name them in tenants.")
    caller.check_tenant(FEED_WRITE, None)
    return structs.replace(selection, has_tenant=False)


async def require_channel_id(call: Call) -> UUID:
    try:
        id = UUID(call.path["channel_id"])
    except ValueError:
        raise missing("The channel") from None
    if await call.services.messaging.channels.get(call.environment.id, id) is None:
        raise missing("The channel")
    return id


def parse_owners(call: Call, given: ChannelBulk) -> list[Place] | None:
    """Returns whose messages are meant; None: everybody's, which a public key may not ask for.

    With a user token they are those of the token's user. Raises KnockError.
    """
    field = "user_ids" if given.recipient_ids is None else "recipient_ids"
    named = given.user_ids if given.recipient_ids is None else given.recipient_ids
    user_id = call.caller.user_id
    if user_id is not None:
        if set(named or ()) - {user_id}:
            raise KnockError("authorization", "The user token covers its own user's messages only.")
        return [] if named == [] else [Place(call.environment.id, USERS, user_id)]
    if named is None and call.credential.kind == "public":
        raise invalid("recipient_ids", "With a public key, say in recipient_ids (or user_ids) whose messages.")
    return None if named is None else [Place(call.environment.id, USERS, check_id(id, field)) for id in named]


def selected(channel_id: UUID, given: ChannelBulk) -> Selection:
    tenants = None if given.tenants == "" else given.tenants
    workflows = None if given.workflows == "" else given.workflows
    for text in workflows or ():
        check_text(text, "workflows")
    return Selection(
        channel_id=channel_id,
        archived=given.archived or "include",
        status=Status(given.delivery_status) if given.delivery_status else None,
        engagement=given.engagement_status or None,
        has_tenant=None if given.has_tenant == "" else given.has_tenant,
        tenants=None if tenants is None else [check_id(id, "tenants") for id in tenants],
        workflows=workflows,
        trigger_data=trigger_data(given.trigger_data),
        since=after("newer_than", given.newer_than or None) or EARLIEST,
        until=before("older_than", given.older_than or None) or LATEST,
    )


def trigger_data(given: str | Document | None) -> Document | None:
    """Returns the filter, which is an object or the JSON text of one; None for an empty text. Raises KnockError."""
    if given == "":
        return None
    if isinstance(given, str):
        try:
            given = msgspec.json.decode(given, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError):
            raise invalid("trigger_data", "trigger_data must be a JSON object.") from None
    return None if given is None else check_trigger_data(given)
