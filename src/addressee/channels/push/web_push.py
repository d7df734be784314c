"""The browsers of a recipient, as its data for a web push channel hold them (notiflows.md §3.3). Pure.

{"subscriptions": [{id, identifier, endpoint, p256dh, auth, created_at, updated_at}]}, all texts. A browser is known by
its identifier, and has one subscription.
"""

from __future__ import annotations

from collections.abc import Mapping

from addressee.channels.channel_data import Form, checked_object, checked_text, entries, need_one_of
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document

MAX_SUBSCRIPTIONS = 100

TEXTS = ("id", "identifier", "endpoint", "p256dh", "auth", "created_at", "updated_at")


def checked(data: Document, path: str) -> Document:
    """A browser that is named twice is kept as it was named first."""
    need_one_of(data, ("subscriptions",), path)
    first: dict[str, Document] = {}
    for given, at in entries(data, "subscriptions", path):
        subscription = checked_object(given, at)
        for name in TEXTS:
            checked_text(subscription.get(name), f"{at}.{name}")
        first.setdefault(subscription["identifier"], subscription)
    check_number(first, f"{path}.subscriptions")
    return {**data, "subscriptions": list(first.values())}


FORM = Form(checked)


def subscriptions(data: Document) -> dict[str, Document]:
    """By identifier, the oldest first; none where a channel that has changed its provider holds something else."""
    try:
        found = checked(data, "data")
    except RefusedError:
        return {}
    return {each["identifier"]: each for each in found["subscriptions"]}


def subscribed(data: Document, identifier: str, keys: Mapping[str, str], new_id: str, now: str) -> Document:
    """Data with this browser, whose `endpoint`, `p256dh` and `auth` these are from now on.

    One that is new gets the id. Raises RefusedError when there are too many.
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
