"""A translation: the texts of one locale in one namespace, as they were pushed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from addressee.directory.locales import canonical
from addressee.messaging.content.templating.translations import tag_of
from addressee.messaging.workflows.translations.formats import Format


class TranslationKey(NamedTuple):
    """The locale and the namespace of a translation; the namespace is empty for one without."""

    locale: str
    namespace: str = ""

    def __str__(self) -> str:
        """Returns the name of its file, like `nl-BE` or `shipping.nl-BE`."""
        return f"{self.namespace}.{self.locale}" if self.namespace else self.locale

    @property
    def tag(self) -> str:
        return tag_of(self.locale)

    @property
    def canonical(self) -> TranslationKey:
        """The key as it is usually written: `nl_be` is the locale `nl-BE`."""
        return TranslationKey(canonical(self.locale), self.namespace)


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation. `content` is what was pushed, in its format; `texts` are its texts by key."""

    key: TranslationKey
    format: Format
    content: str
    texts: Mapping[str, str]
