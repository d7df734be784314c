"""Translations: texts of a locale in a namespace, in JSON or PO."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from addressee.dialects.management.shapes.common import PageInfo
from addressee.messaging.workflows.translations.formats import Format


class Translation(Struct, kw_only=True):
    """A translation. `namespace` is empty for one without; `content` is text in the format."""

    locale_code: str
    namespace: str
    format: Format
    content: str
    created_at: datetime
    inserted_at: datetime
    updated_at: datetime


class Translations(Struct, kw_only=True):
    entries: list[Translation]
    page_info: PageInfo


class OneTranslation(Struct, kw_only=True):
    translation: Translation


class ReadTranslation(Translation, kw_only=True):
    """A translation, twice: Knock's command line reads it on top, its SDK under its name."""

    translation: Translation


class TranslationContent(Struct, kw_only=True):
    content: str
    format: Format = Format.JSON


class PushedTranslation(Struct, kw_only=True):
    """The content of a translation; the path and the query name it."""

    translation: TranslationContent
