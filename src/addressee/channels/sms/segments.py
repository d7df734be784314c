"""Segments: the parts in which a text travels as SMS, each of which is paid for (3GPP TS 23.038 and 23.040). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

# The default alphabet of GSM 03.38. A character of its extension is sent as two, of which the first is an escape.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
ALPHABET = BASIC | EXTENSION


class Encoding(Enum):
    """An encoding of texts, with the units that one segment holds: alone, and as one of several.

    Several segments each carry a header that says which of them they are. The units of GSM are septets, those of UCS-2
    are code units of UTF-16.
    """

    GSM = (160, 153)
    UCS_2 = (70, 67)

    @property
    def alone(self) -> int:
        return self.value[0]

    @property
    def of_several(self) -> int:
        return self.value[1]


def encoding_of(text: str) -> Encoding:
    """Returns GSM when its alphabet has all characters of the text; one that it lacks makes the whole text UCS-2."""
    return Encoding.GSM if ALPHABET.issuperset(text) else Encoding.UCS_2


def segment_count(text: str) -> int:
    """Returns the number of segments of a text, 0 for an empty one. No segment ends within a character."""
    encoding = encoding_of(text)
    sizes = list(units(text, encoding))
    if sum(sizes) <= encoding.alone:
        return 1 if sizes else 0
    count, used = 1, 0
    for size in sizes:
        if used + size > encoding.of_several:
            count, used = count + 1, 0
        used += size
    return count


def units(text: str, encoding: Encoding) -> Iterator[int]:
    """Yields the units that each character takes: two for one of the extension, or for a pair of surrogates."""
    for character in text:
        is_double = character in EXTENSION if encoding is Encoding.GSM else ord(character) > 0xFFFF
        yield 2 if is_double else 1
