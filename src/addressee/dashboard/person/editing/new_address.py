"""The form that adds an address. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from addressee.api.requests.forms import Form
from addressee.directory.addresses.entries import ATTRIBUTES
from addressee.directory.addresses.forms import FORMS, form_of
from addressee.directory.edits.recipients import AddAddress, Edit, Identify
from addressee.directory.errors import RefusedError


class NewAddress(NamedTuple):
    """The form as it was filled, and what is wrong with it."""

    kind: str
    value: str = ""
    provider: str = ""
    is_primary: bool = False
    error: str = ""


EMPTY = NewAddress(next(iter(FORMS)))


def read_new_address(form: Form) -> NewAddress:
    return NewAddress(
        form.text("kind"), form.text("value").strip(), form.text("provider").strip(), form.text("primary") != ""
    )


def edits_adding(new: NewAddress) -> Sequence[Edit]:
    """Returns the edits that add an address. Raises RefusedError for a kind or value that is none."""
    adding = AddAddress(new.kind, value_of(new), new.provider or None)
    if not new.is_primary:
        return [adding]
    if new.kind not in ATTRIBUTES:
        raise RefusedError("primary", "primary", "Only e-mail addresses and phone numbers can be primary.")
    return [adding, Identify(attributes={ATTRIBUTES[new.kind]: adding.value})]


def value_of(new: NewAddress) -> Any:
    """Returns the value in the form of its kind: a text, or an object that is written as JSON."""
    form = form_of(new.kind)
    if not new.value.startswith("{"):
        return form.checked(new.value, "The address")
    try:
        return form.checked(json.loads(new.value), "The address")
    except (json.JSONDecodeError, RecursionError):
        raise RefusedError("json", "value", "The address starts like JSON, and is none.") from None
