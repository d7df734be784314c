"""Channel data of web push: the subscriptions of a recipient's browsers (notiflows.md §3.3). Pure.

{"subscriptions": [{id, identifier, endpoint, p256dh, auth, created_at, updated_at}]}, all texts. A browser, known
by its identifier, has one subscription.
"""

from __future__ import annotations

from collections.abc import Mapping

from addressee.channels.channel_data import Form, TenantData, checked_object, checked_text, entries, need_one_of
from addressee.channels.destination import Destination
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document

MAX_SUBSCRIPTIONS = 100

TEXTS = ("id", "identifier", "endpoint", "p256dh", "auth", "created_at", "updated_at")


def checked(data: Document, path: str) -> Document:
    """Returns the data to store: of a browser that is given twice, the first. Raises RefusedError."""
    need_one_of(data, ("subscriptions",), path)
    first: dict[str, Document] = {}
    for given, at in entries(data, "subscriptions", path):
        subscription = checked_object(given, at)
        for name in TEXTS:
            checked_text(subscription.get(name), f"{at}.{name}")
        first.setdefault(subscription["identifier"], subscription)
    check_number(first, f"{path}.subscriptions")
    return {**data, "subscriptions": list(first.values())}


def destinations(data: Document, tenant: TenantData) -> list[Destination]:
    """Returns the browsers as web push has them: `{"endpoint": …, "keys": {"p256dh": …, "auth": …}}`."""
    return [
        Destination(each["endpoint"], {"endpoint": each["endpoint"], "keys": {k: each[k] for k in ("p256dh", "auth")}})
        for each in subscriptions(data).values()
    ]


FORM = Form(checked, destinations=destinations)


def subscriptions(data: Document) -> dict[str, Document]:
    """Returns subscriptions by identifier, oldest first; none if the data have the form of another provider."""
    try:
        found = checked(data, "data")
    except RefusedError:
        return {}
    return {each["identifier"]: each for each in found["subscriptions"]}


def subscribed(data: Document, identifier: str, keys: Mapping[str, str], new_id: str, now: str) -> Document:
    """Returns the data with a browser's `endpoint`, `p256dh` and `auth` set to `keys`.

    A new browser gets `new_id`. Raises RefusedError when there are more than MAX_SUBSCRIPTIONS.
    """
    stored = subscriptions(data)
    before = stored.get(identifier, {"id": new_id, "identifier": identifier, "created_at": now})
    after = {**before, **keys}
    if after == before:
        return data
    laid = {**stored, identifier: {**after, "updated_at": now}}
    check_number(laid, "identifier")
    return {**data, "subscriptions": list(laid.values())}


def unsubscribed(data: Document, identifier: str) -> Document:
    stored = subscriptions(data)
    if identifier not in stored:
        return data
    return {**data, "subscriptions": [each for known, each in stored.items() if known != identifier]}


def check_number(found: Mapping[str, Document], field: str) -> None:
    if len(found) > MAX_SUBSCRIPTIONS:
        message = f"{field}: a recipient has at most {MAX_SUBSCRIPTIONS} browsers on a channel; remove one first."
        raise RefusedError("length", field, message)
