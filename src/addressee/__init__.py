"""Addressee: a recipient directory that delivers. This is the face that it shows as a library."""

from addressee.directory import Collection, Directory
from addressee.directory.documents import Merge
from addressee.directory.edits import (
    Add,
    Append,
    Delete,
    Edit,
    Identify,
    Remove,
    SetChannelData,
    SetOnce,
    SetPreferences,
    Unset,
    UnsetChannelData,
    UnsetPreferences,
)
from addressee.directory.errors import OverloadedError, RefusedError, UnavailableError
from addressee.directory.recipient import Recipient

__all__ = [
    "Add",
    "Append",
    "Collection",
    "Delete",
    "Directory",
    "Edit",
    "Identify",
    "Merge",
    "OverloadedError",
    "Recipient",
    "RefusedError",
    "Remove",
    "SetChannelData",
    "SetOnce",
    "SetPreferences",
    "UnavailableError",
    "Unset",
    "UnsetChannelData",
    "UnsetPreferences",
]
