"""The base of everything that a person defines in a file: workflows, their steps and templates."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

import msgspec

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

# Where a value is within a file: the keys and the positions in lists that lead to it.
FieldPath: TypeAlias = tuple[str | int, ...]


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a person defines. A field that is not known is an error."""
