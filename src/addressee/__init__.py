"""Addressee: a recipient directory that delivers. This is the face that it shows as a library."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from addressee.directory.directory import Collection, Directory
    from addressee.directory.documents import Merge
    from addressee.directory.edits.recipients import (
        Add,
        AddAddress,
        Append,
        ChangeChannelData,
        ChangePreferences,
        ChangePreferenceSets,
        Delete,
        DisableAddress,
        Each,
        Edit,
        EnableAddress,
        Expect,
        ExpectNobody,
        History,
        Identify,
        Item,
        Remove,
        RemoveAddress,
        RemoveAddresses,
        Set,
        SetChannelData,
        SetOnce,
        SetPreferences,
        Unset,
        UnsetChannelData,
        UnsetPreferences,
    )
    from addressee.directory.errors import MissingError, OverloadedError, RefusedError, UnavailableError
    from addressee.directory.merges.merges import MergeMissingError
    from addressee.directory.recipient import Identity, Place, Recipient
    from addressee.messaging.messaging import Messaging


__all__ = [
    "Add",
    "AddAddress",
    "Append",
    "ChangeChannelData",
    "ChangePreferenceSets",
    "ChangePreferences",
    "Collection",
    "Delete",
    "Directory",
    "DisableAddress",
    "Each",
    "Edit",
    "EnableAddress",
    "Expect",
    "ExpectNobody",
    "History",
    "Identify",
    "Identity",
    "Item",
    "Merge",
    "MergeMissingError",
    "Messaging",
    "MissingError",
    "OverloadedError",
    "Place",
    "Recipient",
    "RefusedError",
    "Remove",
    "RemoveAddress",
    "RemoveAddresses",
    "Set",
    "SetChannelData",
    "SetOnce",
    "SetPreferences",
    "UnavailableError",
    "Unset",
    "UnsetChannelData",
    "UnsetPreferences",
]

HOMES = (
    "directory.directory",
    "directory.documents",
    "directory.edits.recipients",
    "directory.errors",
    "directory.merges.merges",
    "directory.recipient",
    "messaging.messaging",
)


def __getattr__(name: str) -> Any:
    """Imports what is asked for when it is: the command line need not wait for what it does not use."""
    if name in __all__:
        for home in HOMES:
            module = import_module(f"addressee.{home}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
