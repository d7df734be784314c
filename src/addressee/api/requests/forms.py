"""Forms as browsers send them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from addressee.api.errors import MalformedError

MAX_BODY_BYTES = 1_000_000

# A page of preferences has two fields for each of its cells.
MAX_FIELDS = 20_000


class ForeignFormError(Exception):
    """A form that a page of somebody else sent."""

    def __init__(self) -> None:
        super().__init__("This form was sent by a page of another site.")


def check_site(headers: Mapping[str, str]) -> None:
    """Raises ForeignFormError for a form of another site's page.

    Nobody else knows the address that a form goes to; this keeps one who has come to know it from using the person's
    browser. `Origin` says nothing here, as pages without a referrer send `null`.
    """
    if headers.get("sec-fetch-site") == "cross-site":
        raise ForeignFormError


class Form:
    """The fields of a form, in their order; of those that a page does not know nothing is made."""

    def __init__(self, body: bytes) -> None:
        """Raises MalformedError."""
        try:
            self._fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
        except UnicodeDecodeError:
            raise MalformedError("body", "The form is not UTF-8.") from None
        except ValueError:
            raise MalformedError("body", f"The form has more than {MAX_FIELDS:,} fields.") from None

    def texts(self, name: str) -> list[str]:
        return [value for field, value in self._fields if field == name]

    def text(self, name: str) -> str:
        """Returns the first value of a field, an empty one if it is not there."""
        return next(iter(self.texts(name)), "")
