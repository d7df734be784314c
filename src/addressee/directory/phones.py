"""Phone numbers: syntax, the number that is dialled, and when two are the same. Pure.

A number in E.164 is accepted unchecked: numbering plans change faster than copies of them are updated, and some
services use numbers of older plans. Other notations are parsed by phonenumbers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

E164 = re.compile(r"\+[1-9][0-9]{1,14}")

# The shortest existing numbers, country code included, have seven digits.
DIALLED = re.compile(r"\+[1-9][0-9]{6,14}")

# Digits in groups, without words or extensions.
WRITTEN = re.compile(r"\+[0-9()./\u00ad\u2010-\u2015\u2212-]{7,40}")


def is_e164(text: str) -> bool:
    """Returns whether a text has the syntax of E.164; the number need not exist."""
    return E164.fullmatch(text) is not None


def e164(text: str) -> str | None:
    """Returns an international number in E.164; None when nothing can be sent to it.

    `+44 (0)20 7183-8750` becomes `+442071838750`.
    """
    joined = without_spaces(text)
    if DIALLED.fullmatch(joined):
        return joined
    return read(joined) if WRITTEN.fullmatch(joined) else None


@lru_cache(maxsize=4096)
def read(written: str) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(written)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return dialled if DIALLED.fullmatch(dialled) else None


def dialled(text: str) -> str:
    """Returns the number in E.164 if it is valid, else the text without spaces."""
    return e164(text) or without_spaces(text)


def phone_key(value: Any) -> str | None:
    """Returns the key by which numbers are compared: the digits dialled, or the whole text if it has none."""
    text = dialled(value) if isinstance(value, str) else ""
    return "".join(filter(str.isdigit, text)) or text or None


def without_spaces(text: str) -> str:
    return "".join(text.split())
