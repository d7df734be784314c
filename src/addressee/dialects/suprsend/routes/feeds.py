"""The inbox of browsers and apps (realtime-suprsend.md §4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Handler, Routes
from addressee.dialects.suprsend.mapping.inbox_rendering import notification
from addressee.dialects.suprsend.mapping.stores import parse_position, parse_store, parse_stores
from addressee.dialects.suprsend.shapes import feeds as shapes
from addressee.dialects.suprsend.wire.authentication import CLIENT
from addressee.dialects.suprsend.wire.errors import SuprSendError, missing
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.documents import check_text
from addressee.directory.recipient import USERS, Place
from addressee.messaging.feeds.inboxes import Inbox
from addressee.messaging.messages.marks.mark import Mark

routes = Routes(keys=CLIENT, max_body_bytes=MAX_BODY_BYTES)

# Of whose inbox every call is.
WHOSE = ("distinct_id", "tenant_id")

DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100

# The marks that items get by each call, which clients count on: who reads an item has seen it, and so on.
MARKS: Mapping[str, Collection[Mark]] = {
    "seen": (Mark.SEEN,),
    "read": (Mark.SEEN, Mark.READ),
    "unread": (Mark.UNREAD,),
    "interacted": (Mark.SEEN, Mark.READ, Mark.INTERACTED),
    "archive": (Mark.ARCHIVED,),
}


async def find_inbox(call: Call) -> Inbox | None:
    """Returns the inbox of the caller, None in an environment without an in-app channel."""
    channel = await call.services.messaging.channels.inbox(call.environment.id)
    if channel is None:
        return None
    return Inbox(Place(call.environment.id, USERS, call.caller.user_id), channel.id, call.caller.tenant_id)


@routes.get(
    "/v1/feed/notifications/",
    "feeds.list_notifications",
    query=(*WHOSE, "page_size", "store", "search_after"),
    response=shapes.Page,
)
async def list_notifications(call: Call) -> shapes.Page:
    """List the notifications of a store, newest first."""
    query = Query(call.query_string)
    store, before = parse_store(query), parse_position(query)
    size = query.number("page_size", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    inbox = await find_inbox(call)
    if inbox is None:
        return shapes.Page((), shapes.PageMeta(0, has_more=False))
    page = await call.services.messaging.inboxes.read(inbox, store, size, before)
    return shapes.Page([notification(item) for item in page.items], shapes.PageMeta(page.total, page.has_more))


@routes.get("/v1/feed/notifications_count/", "feeds.count", query=(*WHOSE, "stores"), response=shapes.Counts)
async def count(call: Call) -> shapes.Counts:
    """Count what arrived since the bell was reset, and what is unread in stores."""
    stores = parse_stores(Query(call.query_string))
    inbox = await find_inbox(call)
    if inbox is None:
        return {"badge": 0, **dict.fromkeys(stores, 0)}
    counts = await call.services.messaging.inboxes.counts(inbox, list(stores.values()))
    unread = (store.unread for store in counts.stores)
    return {"badge": counts.fresh, **dict(zip(stores, unread, strict=True))}


@routes.get("/v1/feed/notifications/{n_id}/", "feeds.get_notification", query=WHOSE, response=shapes.Notification)
async def get(call: Call) -> shapes.Notification:
    """Get a notification, also an archived one."""
    id, inbox = parse_id(call), await find_inbox(call)
    items = [] if inbox is None else await call.services.messaging.inboxes.get(inbox, [id])
    if not items:
        raise missing_notification(id)
    return notification(items[0])


def marking(action: str) -> Handler[shapes.Done]:
    """Returns the handler that marks a notification by an action."""

    async def mark(call: Call) -> shapes.Done:
        id, inbox = parse_id(call), await find_inbox(call)

        def answer(marked: Sequence[str]) -> shapes.Done:
            if not marked:
                raise missing_notification(id)
            return shapes.Done()

        if inbox is None:
            return answer(())
        inboxes = call.services.messaging.inboxes
        return answer(await inboxes.mark(inbox, [id], MARKS[action], receipt=call.receipt(answer)))

    return mark


for action, summary in {
    "seen": "Say that a notification was seen",
    "read": "Say that a notification was read, and so seen",
    "unread": "Say that a notification is not read",
    "interacted": "Say that the user did what a notification offers, and so read it",
    "archive": "Archive a notification",
}.items():
    routes.patch(
        f"/v1/feed/notifications/{{n_id}}/{action}/",
        f"feeds.{action}",
        summary=summary,
        query=WHOSE,
        response=shapes.Done,
    )(marking(action))


@routes.post(
    "/v1/feed/bulk/notifications/seen/",
    "feeds.bulk_seen",
    query=WHOSE,
    request=shapes.SeenIds,
    response=shapes.Done,
)
async def bulk_seen(call: Call) -> shapes.Done:
    """Say that notifications were seen. Those that are not there are passed over."""
    ids = typed_body(call, shapes.SeenIds).notification_ids
    for id in ids:
        check_text(id, "notification_ids")
    inbox = await find_inbox(call)
    if inbox is not None:
        await call.services.messaging.inboxes.mark(inbox, ids, MARKS["seen"], receipt=call.receipt(done))
    return shapes.Done()


@routes.patch("/v1/feed/reset_bell_count/", "feeds.reset_bell_count", query=WHOSE, response=shapes.Done)
async def reset_bell_count(call: Call) -> shapes.Done:
    """Say that the user has seen how many notifications are new. They stay unseen."""
    inbox = await find_inbox(call)
    if inbox is not None:
        await call.services.messaging.inboxes.reset_bell(inbox, receipt=call.receipt(done))
    return shapes.Done()


@routes.patch("/v1/feed/mark_all_read/", "feeds.mark_all_read", query=WHOSE, response=shapes.Done)
async def mark_all_read(call: Call) -> shapes.Done:
    """Say that all notifications were read."""
    inbox = await find_inbox(call)
    if inbox is not None:
        await call.services.messaging.inboxes.mark_all_read(inbox, receipt=call.receipt(done))
    return shapes.Done()


def done(_: object = None) -> shapes.Done:
    return shapes.Done()


def parse_id(call: Call) -> str:
    """Raises RefusedError for an id that no notification can have."""
    id = call.path["n_id"]
    check_text(id, "n_id")
    return id


def missing_notification(id: str) -> SuprSendError:
    return missing(f"notification '{id}' not found")
