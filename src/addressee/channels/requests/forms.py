"""The bodies of requests in the form `application/x-www-form-urlencoded`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from addressee.channels.requests.bodies import given

CONTENT_TYPE = "application/x-www-form-urlencoded"


def form_of(fields: Mapping[str, Any]) -> bytes:
    """Returns the form of these fields. One of null is left out, a list is a field for each of its entries."""
    return urlencode({name: in_form(value) for name, value in given(fields).items()}, doseq=True).encode()


def in_form(value: Any) -> str | list[str]:
    """Returns a value of JSON as it is sent in a form: texts as they are, everything else in JSON."""
    return list(map(text_in_form, value)) if isinstance(value, list) else text_in_form(value)


def text_in_form(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
