"""The directory room: who the recipients are."""

from addressee.directory.directory import Collection, Directory

__all__ = ["Collection", "Directory"]
