"""Phone numbers: what has the form of one, how one is dialled, and when two are the same. Pure.

A number in the form of E.164 is taken as it is: numbering plans change faster than any copy of them is renewed, and
some services know numbers by older ones. How people write numbers otherwise, phonenumbers reads.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

E164 = re.compile(r"\+[1-9][0-9]{1,14}")

# The shortest numbers that exist, with their country's code, have seven digits.
DIALLED = re.compile(r"\+[1-9][0-9]{6,14}")

# Digits in groups. Neither words, which are no part of a number, nor extensions, which only a person can dial.
WRITTEN = re.compile(r"\+[0-9()./\u00ad\u2010-\u2015\u2212-]{7,40}")


def is_e164(text: str) -> bool:
    """Whether the text has the form of E.164, which says nothing of whether there is such a number."""
    return E164.fullmatch(text) is not None


def e164(text: str) -> str | None:
    """Returns the international number that a text gives, in the form of E.164; None when nothing can be sent to it.

    `+44 (0)20 7183-8750` gives `+442071838750`.
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
    """Returns the number in the form of E.164 where it can be had, else the text without spaces."""
    return e164(text) or without_spaces(text)


def phone_key(value: Any) -> str | None:
    """The digits as they are dialled; what has none is known by all of it."""
    text = dialled(value) if isinstance(value, str) else ""
    return "".join(filter(str.isdigit, text)) or text or None


def without_spaces(text: str) -> str:
    return "".join(text.split())
