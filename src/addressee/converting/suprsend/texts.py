"""Texts of SuprSend's templates and nodes, as Liquid."""

from __future__ import annotations

from typing import Any

from addressee.converting.drafts import NodeDraft
from addressee.converting.handlebars.helpers import Escaping
from addressee.converting.handlebars.liquid import to_liquid
from addressee.converting.suprsend.files import Variant
from addressee.converting.suprsend.names import expression


class Texts:
    """Translates texts of a node, or of the variant of a template that it sends.

    What has no equivalent is noted where it stands, and the node is held.
    """

    def __init__(self, node: NodeDraft, variant: Variant | None = None) -> None:
        self._node = node
        self._variant = variant

    def text(self, source: Any, escaping: Escaping, *path: str | int) -> str:
        translation = to_liquid(str(source).replace("\r\n", "\n"), escaping, expression)
        name = ".".join(map(str, path))
        for problem in translation.problems:
            where = f"{name} line {problem.line}: {problem.was}"
            self.note(name, where, problem.todo, holds=True)
        return translation.text

    def optional(self, source: Any, escaping: Escaping, *path: str | int) -> str | None:
        return self.text(source, escaping, *path) if source not in (None, "") else None

    def note(self, field: str, was: str, todo: str, *, holds: bool = False) -> None:
        path = tuple(field.split("."))
        if self._variant is None:
            self._node.note(was, todo, *path, holds=holds)
        else:
            variant = self._variant
            line = variant.source.origin((*variant.path, "content", *path)).line
            self._node.note_in(variant.file, line, f"variant {variant.name}: {was}", todo, holds=holds)
