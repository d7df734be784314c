"""The fields of requests' bodies. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the fields that have a value: those of null are left out."""
    return {name: value for name, value in fields.items() if value is not None}
