"""Checks of fields of bodies; each names the field by its dotted path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.dialects.notiflows.wire.errors import invalid


def require_object(given: object, field: str) -> Mapping[str, Any]:
    """Raises NotiflowsError."""
    if given is None:
        raise invalid(field, f"{field} can't be blank.", "required")
    if not isinstance(given, dict):
        raise invalid(field, f"{field} must be an object.", "invalid_type")
    return given


def require_text(given: object, field: str, most: int) -> str:
    """Raises NotiflowsError, also for an empty text and for one of more than `most` characters."""
    if given is None or given == "":
        raise invalid(field, f"{field} can't be blank.", "required")
    if not isinstance(given, str):
        raise invalid(field, f"{field} must be a text.", "invalid_type")
    if len(given) > most:
        raise invalid(field, f"{field} must have at most {most:,} characters.", "too_long")
    return given
