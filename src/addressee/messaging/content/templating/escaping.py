"""Liquid for texts in which values could be taken for something else: for Slack's markup, and within JSON.

What a template's author wrote stays as it is, and so do values that pass the filter `safe`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from liquid import Markup, RenderContext

from addressee.channels.hiding import escaped
from addressee.messaging.content.templating.filters.arguments import Filter
from addressee.messaging.content.templating.liquid import PLAIN, BoundedEnvironment
from addressee.messaging.content.templating.liquid_values import text_of


def without_commands(text: str) -> str:
    """Returns a text that Slack shows as it is: commands like `<!channel>` and links are written in angle brackets."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


class EscapingEnvironment(BoundedEnvironment):
    """An environment in which values are escaped by a function. Filters take and return texts that are not escaped."""

    def __init__(self, escape: Callable[[str], str]) -> None:
        self._escape = escape
        super().__init__(autoescape=True)

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        as_they_are: dict[str, Filter] = {"default": self.filters["default"], "safe": safe}
        self.filters = {name: of_texts(filter) for name, filter in self.filters.items()} | as_they_are

    def printed(self, value: object, context: RenderContext) -> str:
        if isinstance(value, Markup):
            return value
        if isinstance(value, list | tuple):
            return Markup("").join(Markup(self.printed(item, context)) for item in value)
        return Markup(self.written(text_of(value)))

    def written(self, text: str) -> str:
        """Returns a value's text as it is written."""
        return self._escape(text)


class JsonEnvironment(EscapingEnvironment):
    """The environment of JSON: values are written within quotes, or as JSON with the filter `json`, which adds them."""

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.filters["json"] = self._marked(self.filters["json"])

    def written(self, text: str) -> str:
        return escaped(self._escape(text))

    def translated(self, text: str, values: Mapping[str, Any], context: RenderContext) -> str:
        """Returns a text that is not JSON yet: whoever translates writes no quotes of JSON."""
        return PLAIN.translated(text, values, context)

    def _marked(self, to_json: Filter) -> Filter:
        @wraps(to_json)
        def run(*given: Any, **options: Any) -> Markup:
            return Markup(self._escape(to_json(*given, **options)))

        return run


def of_texts(filter: Filter) -> Filter:
    """Returns the filter with texts in place of what is marked as escaped."""

    @wraps(filter)
    def run(*given: Any, **options: Any) -> Any:
        return filter(*(str.__str__(each) if isinstance(each, Markup) else each for each in given), **options)

    return run


def safe(value: Any) -> Markup:
    """Returns a value as it is, for values that a template's author trusts."""
    return Markup(text_of(value))


SLACK = EscapingEnvironment(without_commands)
SLACK_JSON = JsonEnvironment(without_commands)
JSON = JsonEnvironment(str)
