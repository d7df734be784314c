"""The settings of an environment as fields of a form: what each is called, says and takes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from addressee.api.requests.forms import Form
from addressee.directory.access.environments import Settings

Kind: TypeAlias = Literal["box", "choice", "number", "zone", "line", "lines", "pem"]


class Choice(NamedTuple):
    value: str
    label: str


class Field(NamedTuple):
    """A setting: its name in `Settings`, what the form calls it, and what it does."""

    name: str
    label: str
    sentence: str
    kind: Kind
    choices: Sequence[Choice] = ()

    def shown(self, settings: Settings) -> Any:
        """Returns the value as the form shows it: a truth, or a text."""
        value = msgspec.to_builtins(settings)[self.name]
        match self.kind:
            case "box":
                return value
            case "lines":
                return "\n".join(value)
            case _:
                return "" if value is None else str(value)

    def typed(self, form: Form) -> Any:
        """Returns what somebody typed, as `shown` has it."""
        return (
            form.text(self.name) == "on" if self.kind == "box" else form.text(self.name).replace("\r\n", "\n").strip()
        )

    def value(self, typed: Any) -> Any:
        """Returns what was typed as a value of the setting, as far as it is one; the service refuses the rest."""
        match self.kind:
            case "box":
                return typed
            case "number":
                return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MAX_DIGITS else typed
            case "lines":
                return [line.strip() for line in typed.splitlines() if line.strip()]
            case "pem":
                return f"{typed}\n" if typed else None
            case _:
                return typed


class Section(NamedTuple):
    title: str
    fields: Sequence[Field]


MAX_DIGITS = 9

SECTIONS: Sequence[Section] = (
    Section(
        "People",
        (
            Field(
                "property_merge",
                "Properties that are given again",
                "Whether a nested property that is given replaces the stored one, or is merged into it.",
                "choice",
                (Choice("shallow", "Replace the stored one"), Choice("deep", "Merge into the stored one")),
            ),
            Field(
                "merge_nulls",
                "Null when users are merged",
                "Whether an attribute or property that is null is filled from the other user, or stays null.",
                "choice",
                (Choice("fill", "Fill it from the other user"), Choice("keep", "Keep it")),
            ),
            Field(
                "user_shape",
                "Shape of users in answers",
                "How users are rendered when a request does not say.",
                "choice",
                (Choice("flat", "Flat"), Choice("nested", "Nested")),
            ),
            Field(
                "preference_rule",
                "Preferences that disagree",
                "Whether every scope of preferences must agree to a message, or the most specific one decides.",
                "choice",
                (Choice("all_agree", "All must agree"), Choice("most_specific", "The most specific one decides")),
            ),
            Field(
                "timezone",
                "Time zone",
                "The zone of schedules whose recipients have none, like Europe/Berlin.",
                "zone",
            ),
            Field(
                "locale",
                "Locale",
                "The locale of texts for recipients without one, or without texts in theirs, like en or pt-BR.",
                "line",
            ),
        ),
    ),
    Section(
        "User tokens",
        (
            Field(
                "enhanced_security",
                "Public keys need a user token",
                "Browsers and apps then prove for whom they act by a token that your server signs. Without, whoever "
                "has the public key may act for anybody.",
                "box",
            ),
            Field(
                "require_tenant_scope",
                "User tokens of SuprSend’s clients must name their tenant",
                "Tokens without a tenant are then refused.",
                "box",
            ),
            Field(
                "signing_key",
                "Signing key (RS256)",
                "The public key in PEM that verifies user tokens: RSA of 2,048 bits or more.",
                "pem",
            ),
            Field(
                "es256_signing_key",
                "Signing key of SuprSend’s clients (ES256)",
                "The public key in PEM that verifies user tokens of SuprSend’s clients: on the curve P-256.",
                "pem",
            ),
        ),
    ),
    Section(
        "Browsers and clients",
        (
            Field(
                "development_mode",
                "Development mode",
                "The Notiflows user API then believes a client without a token who the user is. Never in production.",
                "box",
            ),
            Field(
                "allowed_origins",
                "Allowed origins",
                "From which pages browsers may call the Notiflows user API, one a line, like https://app.example.com.",
                "lines",
            ),
            Field(
                "frame_origins",
                "Frame origins",
                "Whose pages may show the preference page and the inbox page in a frame, one a line.",
                "lines",
            ),
            Field(
                "notiflows_socket",
                "Socket for clients of Notiflows",
                "Whether they may try a socket whose form is a guess.",
                "box",
            ),
            Field(
                "clock_skew_minutes",
                "Clock skew in minutes",
                "How far the date of a signed SuprSend request may be off: 0 to 1440, 0 for any.",
                "number",
            ),
        ),
    ),
)

FIELDS: Sequence[Field] = [field for section in SECTIONS for field in section.fields]


def changes(settings: Settings, form: Form) -> Mapping[str, Any]:
    """Returns the settings that a form changes."""
    return {
        field.name: field.value(typed)
        for field in FIELDS
        if (typed := field.typed(form)) != trimmed(field.shown(settings))
    }


def trimmed(shown: Any) -> Any:
    return shown.strip() if isinstance(shown, str) else shown
