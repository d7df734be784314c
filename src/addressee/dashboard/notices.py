"""Notices: what a page says at its top after a form has been carried out, by the name in the query of its URL."""

from __future__ import annotations

from collections.abc import Mapping

NOTICES: Mapping[str, str] = {
    "person-added": "The person has been added.",
    "tenant-added": "The tenant has been added.",
    "object-added": "The object has been added.",
    "signed-out": "You are signed out.",
}
