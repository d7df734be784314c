"""Inputs of partials: what blocks may give for each kind of input, and what the partial gets of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

import msgspec
from liquid import Markup

from addressee.messaging.content.model import render_texts
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating.evaluation import value_of
from addressee.messaging.content.templating.filters.markup import html_of
from addressee.messaging.content.templating.filters.texts import from_json
from addressee.messaging.content.templating.liquid_values import text_of
from addressee.messaging.content.templating.markdown.rendering import to_html

Key = Annotated[str, msgspec.Meta(pattern="^[A-Za-z][A-Za-z0-9_]*$", max_length=100)]


class Settings(msgspec.Struct, frozen=True):
    """Settings of an input, for editors; Knock's files have more than is heeded here."""

    required: bool = False
    default: Any = None


class Option(msgspec.Struct, frozen=True):
    value: str
    label: str | None = None


class ChoiceSettings(Settings, frozen=True):
    options: tuple[Option, ...] = ()


class Input(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """An input. `EMPTY` is what the partial gets where a block gives nothing, and there is no default."""

    EMPTY: ClassVar[Any] = ""

    key: Key
    label: str | None = None
    settings: Settings = Settings()

    @property
    def is_missing(self) -> bool:
        """Returns whether a block must give a value."""
        return self.settings.required and self.settings.default is None

    def default(self) -> Any:
        return self.EMPTY if self.settings.default is None else self.settings.default

    def value(self, given: Any, scope: Scope, schemes: frozenset[str]) -> Any:
        """Returns what the partial gets of what a block gives. Raises TemplateError."""
        return text_of(render_texts(given, scope))

    def problem(self, given: Any) -> str | None:
        """Returns what is wrong with what a block gives, if it is not Liquid."""
        return None if isinstance(given, str | int | float) else "this must be a text"


class TextInput(Input, frozen=True, tag="text"):
    """A line."""


class TextAreaInput(Input, frozen=True, tag="textarea"):
    """Lines."""


class UrlInput(Input, frozen=True, tag="url"):
    """A link."""


class MarkdownInput(Input, frozen=True, tag="markdown"):
    """A text in markdown, which the partial gets as HTML."""

    def default(self) -> Any:
        return Markup(html_of(text_of(super().default())))

    def value(self, given: Any, scope: Scope, schemes: frozenset[str]) -> Any:
        return Markup(to_html(text_of(given), scope, schemes).text)


class BooleanInput(Input, frozen=True, tag="boolean"):
    EMPTY = False

    def value(self, given: Any, scope: Scope, schemes: frozenset[str]) -> Any:
        return text_of(render_texts(given, scope)).strip() == "true"

    def problem(self, given: Any) -> str | None:
        is_one = isinstance(given, bool) or (isinstance(given, str) and ("{" in given or given in ("true", "false")))
        return None if is_one else "this must be true or false"


class SelectInput(Input, frozen=True, kw_only=True, tag="select"):
    """One of several values."""

    settings: ChoiceSettings = ChoiceSettings()

    def problem(self, given: Any) -> str | None:
        return super().problem(given) or no_option(given, self.settings)


class MultiSelectInput(Input, frozen=True, kw_only=True, tag="multi_select"):
    """Some of several values."""

    EMPTY = ()

    settings: ChoiceSettings = ChoiceSettings()

    def value(self, given: Any, scope: Scope, schemes: frozenset[str]) -> Any:
        found = structured(given, scope)
        return found if isinstance(found, list) else [] if found in (None, "") else [found]

    def problem(self, given: Any) -> str | None:
        if isinstance(given, str) and "{" in given:
            return None
        if not isinstance(given, list | tuple):
            return "this must be a list"
        return next((problem for each in given if (problem := no_option(each, self.settings))), None)


class JsonInput(Input, frozen=True, tag="json"):
    """Any value: what a single `{{ … }}` stands for stays what it is."""

    EMPTY = None

    def value(self, given: Any, scope: Scope, schemes: frozenset[str]) -> Any:
        return structured(given, scope)

    def problem(self, given: Any) -> str | None:
        return None


class GroupInput(Input, frozen=True):
    """An input of several parts, each with a default of its own."""

    PARTS: ClassVar[tuple[str, ...]] = ()

    def part(self, name: str) -> Input | None:
        part: Input | None = getattr(self, name)
        return part

    def default(self) -> Any:
        return {name: "" if (part := self.part(name)) is None else part.default() for name in self.PARTS}

    def value(self, given: Any, scope: Scope, schemes: frozenset[str]) -> Any:
        values = self.default()
        for name in self.PARTS:
            if isinstance(given, Mapping) and given.get(name) is not None:
                values[name] = text_of(render_texts(given[name], scope))
        return values

    def problem(self, given: Any) -> str | None:
        return None if isinstance(given, Mapping) else f"this must have {' and '.join(map(repr, self.PARTS))}"


class ButtonInput(GroupInput, frozen=True, kw_only=True, tag="button"):
    PARTS = ("text", "action")

    text: TextInput | None = None
    action: TextInput | None = None


class ImageInput(GroupInput, frozen=True, kw_only=True, tag="image"):
    PARTS = ("url", "alt", "action")

    url: UrlInput | None = None
    alt: TextInput | None = None
    action: TextInput | None = None


AnyInput: TypeAlias = (
    TextInput
    | TextAreaInput
    | UrlInput
    | MarkdownInput
    | BooleanInput
    | SelectInput
    | MultiSelectInput
    | JsonInput
    | ButtonInput
    | ImageInput
)


def no_option(given: Any, settings: ChoiceSettings) -> str | None:
    known = [option.value for option in settings.options]
    if not known or "{" in text_of(given) or text_of(given) in known:
        return None
    return f"this must be one of {', '.join(known)}"


def structured(given: Any, scope: Scope) -> Any:
    """Returns a value of JSON with the values of its Liquid. A text of JSON becomes what it says."""
    found = value_of(given, scope) if isinstance(given, str) else render_texts(given, scope)
    if not isinstance(found, str):
        return found
    read = from_json(found)
    return found if read is None else read
