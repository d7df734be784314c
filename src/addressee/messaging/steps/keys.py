"""Keys by which steps tell items apart: a path, the bare name of a value in the data, or Liquid (engine.md §4.2)."""

from __future__ import annotations

import hashlib

import msgspec

from addressee.conditions.evaluation import is_path, look_up
from addressee.conditions.values import or_empty
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.steps.compiler import Compiler
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.texts import check_texts, text_of

# In bytes. A longer key is stored as its hash.
MAX_KEY_LENGTH = 64


def key_of(written: str, context: StepContext) -> str:
    """Returns the value of a key; of a value that is not there, the empty key. Raises TemplateError."""
    if is_liquid(written):
        return bounded(text_of(written, context.scope))
    value = or_empty(look_up(written if is_path(written) else f"data.{written}", context.condition_context))
    if value is None:
        return ""
    return bounded(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def is_liquid(written: str) -> bool:
    return "{{" in written or "{%" in written


def bounded(key: str) -> str:
    """Returns a key of at most MAX_KEY_LENGTH bytes that stands for this one."""
    encoded = key.encode()
    return key if len(encoded) <= MAX_KEY_LENGTH else hashlib.sha256(encoded).hexdigest()


def check_key(compiler: Compiler, path: FieldPath, written: str) -> None:
    """Tells the source of a key that is not Liquid, or that reads secrets."""
    if is_liquid(written):
        check_texts(compiler, path, written)
