"""The base class of what files define: workflows, their steps and templates."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

import msgspec

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

# The path of a value in a file: keys and positions in lists.
FieldPath: TypeAlias = tuple[str | int, ...]


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A definition. An unknown field is an error."""
