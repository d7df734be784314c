"""Hiding: what a provider says is told without the secrets and the contents that it repeats. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

import msgspec

HIDDEN = "[...]"

# Shorter texts are not hidden: they are no secrets, and occur in other words.
LEAST_LENGTH = 4

# What begins like a hidden text for so long is a part of it: senders and providers cut what is too long.
LEAST_BEGINNING = 32

# JSON may stand as a text in JSON, and escapes within escapes.
MOST_LEVELS = 4

ESCAPE = re.compile(r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])')


def without(words: str, hidden: Iterable[str]) -> str:
    """Returns a provider's text with tokens, keys and contents of the message (`hidden`) replaced by `[...]`.

    They are found whole or cut off, and however JSON escapes them. If that is in another way than here, the text is
    returned without its escapes.
    """
    texts = sorted({text for text in hidden if len(text) >= LEAST_LENGTH}, key=len, reverse=True)
    words = hide(words, texts)
    plain = words
    for _ in range(MOST_LEVELS):
        escaping, plain = plain, ESCAPE.sub(unescaped, plain)
        if plain == escaping:
            break
        if (told := hide(plain, texts)) != plain:
            words = plain = told
    return words


def hide(words: str, texts: Sequence[str]) -> str:
    for text in texts:
        for form in dict.fromkeys((text, escaped(text))):
            words = hide_beginnings(words.replace(form, HIDDEN), form)
    return words


def hide_beginnings(words: str, text: str) -> str:
    """Returns the words without what begins like a text that is longer."""
    beginning = text[:LEAST_BEGINNING]
    if len(text) <= LEAST_BEGINNING or beginning not in words:
        return words
    told = []
    at = 0
    while (found := words.find(beginning, at)) >= 0:
        told += [words[at:found], HIDDEN]
        said = zip(words[found : found + len(text)], text, strict=False)
        at = found + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], said))
    return "".join([*told, words[at:]])


def escaped(text: str) -> str:
    """Returns the text as it is escaped in JSON."""
    return msgspec.json.encode(text).decode()[1:-1]


def unescaped(found: re.Match[str]) -> str:
    """Returns what an escape of JSON stands for; the replacement character for half of one, and for NUL."""
    try:
        return msgspec.json.decode(f'"{found[0]}"', type=str).replace("\0", "\ufffd")
    except msgspec.DecodeError:
        return "\ufffd"
