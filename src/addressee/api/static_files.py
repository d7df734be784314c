"""Static files, served under names that change with their content, so that browsers keep them for good."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import PurePath
from typing import NamedTuple

from addressee.api.answers import Answer

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
}

HASH_LENGTH = 16


class StaticFile(NamedTuple):
    """A file of a package, with the path under which it is served."""

    path: str
    content: bytes
    content_type: str

    @property
    def answer(self) -> Answer:
        return Answer(self.content, headers=HEADERS, content_type=self.content_type)


def static_files(package: str) -> Mapping[str, StaticFile]:
    """Returns the files in the folder `static` of a package, by name."""
    folder = resources.files(package).joinpath("static")
    return {file.name: static_file(file.name, file.read_bytes()) for file in folder.iterdir()}


def static_file(name: str, content: bytes) -> StaticFile:
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    hashed = hashlib.sha256(content).hexdigest()[:HASH_LENGTH]
    return StaticFile(f"/static/{stem}.{hashed}{suffix}", content, CONTENT_TYPES[suffix])
