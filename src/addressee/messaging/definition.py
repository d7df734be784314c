"""What all definitions that a person writes have in common: workflows, their steps and templates."""

from __future__ import annotations

from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a person writes: what is not known is a mistake."""
