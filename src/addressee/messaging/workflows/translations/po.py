"""Reads and writes PO, the files of gettext: the `msgid` of a message is the key of its text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING

from addressee.messaging.content.templating.translations import category_of

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

# Numbers that together need every form of every language, but for fractions and millions.
SAMPLES = (*range(201), 1000)

# A line that is neither empty nor a comment.
LINE = re.compile(r"""(msgctxt|msgid|msgid_plural|msgstr(\[\d\])?)?\s*"([^"\\]|\\.)*\"""")
NUMBER_OF_FORMS = re.compile(r"nplurals\s*=\s*([0-9]+)")
MOST_FORMS = 6


class PoError(Exception):
    """A file cannot be read as PO. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


def texts_of_po(content: str, tag: str) -> Mapping[str, tuple[str, int]]:
    """Returns the texts of PO by their keys, and the lines on which their messages begin. Raises PoError.

    As with gettext, messages that are not translated are left out, and so are those that are marked as fuzzy.
    """
    found: dict[str, tuple[str, int]] = {}
    catalog = catalog_of(content)
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        line = message.lineno or 1
        if message.context is not None:
            raise PoError(line, "a message has no 'msgctxt' here: its 'msgid' is the key of a text")
        for key, text in texts_in(message, catalog, tag):
            if key in found:
                raise PoError(line, f"{key!r} is given twice")
            found[key] = (text, line)
    return found


def catalog_of(content: str) -> Catalog:
    """Raises PoError."""
    from babel.messages.pofile import PoFileError, read_po

    lines = content.split("\n")
    for number, line in enumerate(lines, 1):
        check_line(number, line.strip())
    try:
        return read_po(lines, abort_invalid=True)
    except PoFileError as error:
        raise PoError(error.lineno + 1, f"this is not PO: {str(error).rpartition(' on ')[0]}") from None
    except (ValueError, AttributeError, TypeError, LookupError):
        raise PoError(1, "this is not PO, or its header is not") from None


def check_line(number: int, line: str) -> None:
    """Raises PoError for what the library passes over, or takes long for."""
    if line and not line.startswith("#") and LINE.fullmatch(line) is None:
        raise PoError(number, "this is not PO: a line is a keyword, like msgid, and a text in quotes")
    forms = NUMBER_OF_FORMS.search(line)
    if forms is not None and int(forms[1][:9]) > MOST_FORMS:
        raise PoError(number, f"a language has at most {MOST_FORMS} forms of a plural")


def texts_in(message: Message, catalog: Catalog, tag: str) -> Iterator[tuple[str, str]]:
    """Yields the keys and the texts of a message. Raises PoError."""
    if isinstance(message.id, str):
        if isinstance(message.string, str) and message.string:
            yield message.id, message.string
        return
    key = message.id[0]
    forms = list(message.string or ()) if not isinstance(message.string, str) else [message.string]
    if not forms or not all(forms):
        return
    try:
        categories = by_category(forms, catalog, tag)
    except (ValueError, ZeroDivisionError, RecursionError):
        raise PoError(1, "the header's 'Plural-Forms' is not a rule for plurals") from None
    yield from ((f"{key}.{form}", text) for form, text in categories.items())


def by_category(forms: list[str], catalog: Catalog, tag: str) -> Mapping[str, str]:
    """Returns the forms of a plural by the categories of CLDR whose numbers have them.

    `zero` is what 0 has, and `other` also what the language has for numbers that no sample is like.
    """
    from gettext import c2py

    index_of = c2py(catalog.plural_expr)
    found: dict[str, str] = {}
    for number in SAMPLES:
        found.setdefault(category_of(number, tag), forms[min(index_of(number), len(forms) - 1)])
    found.setdefault("other", forms[-1])
    return {"zero": forms[min(index_of(0), len(forms) - 1)], **found}


def po_of(texts: Mapping[str, str], locale: str) -> str:
    """Returns texts as PO: each is a message of its own, the forms of a plural too."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    catalog = Catalog(charset="utf-8", fuzzy=False)
    for key, text in texts.items():
        catalog.add(key, text)
    written = BytesIO()
    write_po(written, catalog, width=0, omit_header=True)
    header = f'msgid ""\nmsgstr ""\n"Language: {locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return header + written.getvalue().decode().rstrip("\n") + "\n"
