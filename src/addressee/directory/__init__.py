"""The directory room: who the recipients are."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from addressee.directory.directory import Collection, Directory

__all__ = ["Collection", "Directory"]


def __getattr__(name: str) -> Any:
    """Commands that need one module of this room do not wait for all of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from addressee.directory import directory

    return getattr(directory, name)
