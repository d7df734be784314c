"""The form of a recipient's attributes and properties: what it shows, and the edits that it asks for. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from addressee.api.requests.forms import Form
from addressee.directory.documents import Merge, unlike
from addressee.directory.edits.expectations import Expect
from addressee.directory.edits.properties import PERSONAL
from addressee.directory.edits.recipients import Edit, Identify, Unset
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Recipient


class Field(NamedTuple):
    """A field for an attribute."""

    name: str
    label: str
    hint: str = ""


FIELDS: Sequence[Field] = (
    Field("name", "Name"),
    Field("email", "E-mail address", "The primary one; a new address replaces it."),
    Field("phone_number", "Phone number", "The primary one, like +4915112345617."),
    Field("locale", "Locale", "Like en-GB."),
    Field("timezone", "Time zone", "Like Europe/Berlin."),
    Field("avatar", "Picture", "The URL of an image."),
)

PROPERTIES = "properties"

# The most characters of properties that are edited in a form; more are changed by API.
MOST_CHARACTERS = 50_000


@dataclass(frozen=True)
class Filled:
    """A filled form. `version` is that of the recipient for which it was shown; `errors` are by field.

    `now` has what is stored by now in fields that others changed meanwhile.
    """

    version: int
    texts: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    now: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_properties(self) -> bool:
        return PROPERTIES in self.texts


def form_of(recipient: Recipient) -> Filled:
    """Returns the form as it is shown at first. Properties are left out where they are too large for one."""
    texts = {each.name: text_of(recipient.attributes.get(each.name)) for each in FIELDS}
    properties = json.dumps(recipient.properties, ensure_ascii=False, indent=2)
    if len(properties) <= MOST_CHARACTERS:
        texts[PROPERTIES] = properties
    return Filled(recipient.version, texts)


def read_form(form: Form, recipient: Recipient) -> Filled:
    """Returns a form as it was filled."""
    version = form.text("version")
    names = [each.name for each in FIELDS]
    texts = {name: form.text(name) for name in names}
    if form.texts(PROPERTIES):
        texts[PROPERTIES] = form.text(PROPERTIES).replace("\r\n", "\n")
    return Filled(int(version) if version.isascii() and version.isdigit() else recipient.version, texts)


def text_of(value: object) -> str:
    """Returns an attribute in one line, as browsers keep it in a field."""
    return value.replace("\r", "").replace("\n", "") if isinstance(value, str) else ""


def edits_of(filled: Filled, recipient: Recipient) -> Sequence[Edit]:
    """Returns the edits that make of a recipient what a form says; none if it says what is stored.

    Raises RefusedError for properties that are no object of JSON.
    """
    shown = form_of(recipient)
    changed = {each.name for each in FIELDS if filled.texts[each.name] != shown.texts[each.name]}
    attributes = {name: filled.texts[name] for name in changed if filled.texts[name]}
    emptied = tuple(sorted(changed - attributes.keys()))
    properties, removed = {}, set()
    if filled.has_properties:
        given = parsed(filled.texts[PROPERTIES])
        properties, removed = unlike(given, recipient.properties), recipient.properties.keys() - given.keys()
    edits: list[Edit] = []
    if attributes or properties:
        edits.append(Identify(attributes=attributes, properties=properties))
    # What clients see among properties may be an attribute of the same name, which `Unset` would remove.
    if alike := removed & PERSONAL:
        edits.append(Identify(properties=dict.fromkeys(alike), merge=Merge.PATCH))
    if removed - PERSONAL or emptied:
        edits.append(Unset(tuple(sorted(removed - PERSONAL)), emptied))
    return [Expect(recipient.uid, filled.version), *edits] if edits else []


def fields_of(edits: Sequence[Edit]) -> Sequence[str]:
    """Returns the names of attributes and properties that edits change."""
    names: set[str] = set()
    for edit in edits:
        if isinstance(edit, Identify):
            names |= edit.attributes.keys() | {f"{PROPERTIES}.{name}" for name in edit.properties or ()}
        if isinstance(edit, Unset):
            names |= {*edit.attributes, *(f"{PROPERTIES}.{name}" for name in edit.keys)}
    return sorted(names)


def parsed(text: str) -> Document:
    """Returns properties as they are written. Raises RefusedError, which says where something is wrong."""
    try:
        given = json.loads(text or "{}", parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        message = f"This is no JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        raise RefusedError("json", PROPERTIES, message) from None
    except RecursionError:
        raise RefusedError("depth", PROPERTIES, "This is nested too deeply.") from None
    if not isinstance(given, dict):
        raise RefusedError("type", PROPERTIES, 'Properties are an object, like {"plan": "gold"}.')
    return given


def refuse_constant(name: str) -> Any:
    raise RefusedError("json", PROPERTIES, f"This is no JSON: there is no {name}.")


def refused(filled: Filled, refusal: RefusedError) -> Filled:
    """Returns a form with the message of a refusal at the field that it is about."""
    name = refusal.field.partition(".")[0]
    at = name if name in filled.texts else PROPERTIES if filled.has_properties else ""
    return Filled(filled.version, filled.texts, {at: refusal.message}, filled.now)


def outdated(filled: Filled, recipient: Recipient) -> Filled:
    """Returns a form with what is stored by now where it differs; sent once more, it replaces that."""
    shown = form_of(recipient)
    now = {name: text for name, text in shown.texts.items() if text != filled.texts.get(name, text)}
    return Filled(recipient.version, filled.texts, {}, now)
