"""Device identifiers in channel data: tokens, ARNs, player ids, endpoints of browsers. Pure.

The provider of a channel is not known here: all forms of channel data (`channels.channel_data`, for browsers
`channels.push.subscriptions`) use these names for devices, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from addressee.directory.recipient import Document

# The lists of devices, and the fields that identify a device in each; without fields the entry itself does.
LISTS: Mapping[str, tuple[str, ...]] = {
    "devices": ("token", "target_arn"),
    "subscriptions": ("endpoint",),
    "player_ids": (),
}


def tokens_in(channel_data: Document) -> Iterator[str]:
    """Yields the device identifiers in a recipient's channel data, of all channels."""
    for entry in channel_data.values():
        for _, listed in lists_of(entry["data"]):
            yield from filter(None, map(token_of, listed))


def devices_in(data: Any) -> dict[str, Any]:
    """Returns the devices in the channel data of one channel, by their identifiers."""
    listed = (each for _, each_list in lists_of(data) for each in each_list)
    return {token: each for each in listed if (token := token_of(each)) is not None}


def entry_with(stored: Document | None, data: Any, now: str) -> Document:
    """Returns the entry of a channel in channel data. `added_at` is when devices were added that it had before."""
    if stored is None:
        return {"data": data, "created_at": now, "updated_at": now}
    before, times = devices_in(stored["data"]), stored.get("added_at", {})
    added_at = {
        token: times.get(token, stored["updated_at"])
        for token, device in devices_in(data).items()
        if before.get(token) == device
    }
    entry = {"data": data, "created_at": stored["created_at"], "updated_at": now}
    return {**entry, "added_at": added_at} if added_at else entry


def without_tokens(channel_data: Document, is_lost: Callable[[str], bool], now: str) -> Document:
    """Returns channel data without lost devices; the same object if there are none. Changed entries are dated `now`."""
    changes = {}
    for channel_id, entry in channel_data.items():
        kept = {
            name: [each for each in listed if (token := token_of(each)) is None or not is_lost(token)]
            for name, listed in lists_of(entry["data"])
        }
        if any(len(kept[name]) < len(entry["data"][name]) for name in kept):
            changes[channel_id] = entry_with(entry, {**entry["data"], **kept}, now)
    return {**channel_data, **changes} if changes else channel_data


def lists_of(data: Any) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(data, dict):
        for name in LISTS:
            if isinstance(listed := data.get(name), list):
                yield name, listed


def token_of(device: Any) -> str | None:
    """Returns the identifier of a device, or None."""
    if isinstance(device, dict):
        named = (device.get(field) for fields in LISTS.values() for field in fields)
        device = next((text for text in named if isinstance(text, str)), None)
    return device if isinstance(device, str) and device else None
