"""The bodies of requests in the form `application/x-www-form-urlencoded`, or `multipart/form-data` with files. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from addressee.channels.requests.bodies import given

CONTENT_TYPE = "application/x-www-form-urlencoded"


def form_of(fields: Mapping[str, Any]) -> bytes:
    """Returns the form of these fields. One of null is left out, a list is a field for each of its entries."""
    return urlencode({name: in_form(value) for name, value in given(fields).items()}, doseq=True).encode()


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file in a form. Neither its name nor its type has line breaks."""

    field: str
    name: str
    content_type: str
    content: bytes


def multipart_of(fields: Mapping[str, Any], files: Sequence[FormFile], boundary: str) -> bytes:
    """Returns the form of these fields and files, with a boundary that occurs in none of them (RFC 7578)."""
    given = [(name, in_form(value)) for name, value in fields.items() if value is not None]
    parts = [
        (f'form-data; name="{quoted(name)}"', "text/plain; charset=utf-8", text.encode())
        for name, value in given
        for text in ([value] if isinstance(value, str) else value)
    ]
    parts += [
        (f'form-data; name="{quoted(each.field)}"; filename="{quoted(each.name)}"', each.content_type, each.content)
        for each in files
    ]
    return b"".join(
        [
            *(
                f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {type}\r\n\r\n".encode()
                + content
                + b"\r\n"
                for disposition, type, content in parts
            ),
            f"--{boundary}--\r\n".encode(),
        ]
    )


def quoted(text: str) -> str:
    """Returns a text as it stands between quotes in a header of a form's part, as browsers write it."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def in_form(value: Any) -> str | list[str]:
    """Returns a value of JSON as it is sent in a form: texts as they are, everything else in JSON."""
    return list(map(text_in_form, value)) if isinstance(value, list) else text_in_form(value)


def text_in_form(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
