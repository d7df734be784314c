"""Tells SuprSend's files apart: workflows, and the variants of templates.

Its command line writes a variant to `templates/<slug>/<channel>/<id>/variant.json`, with long texts in files beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from addressee.converting.inputs import Input, text_beside
from addressee.converting.model import UnusableError
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Source

CHANNELS = ("email", "sms", "whatsapp", "inbox", "slack", "ms_teams", "androidpush", "iospush", "webpush")

# Files that come with templates, and hold nothing that is converted.
PASSED_OVER = frozenset({"template.json", "main.json", "mock_data.json", "variants_order.json", "design.json"})


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of a template, and where it stands."""

    value: dict[str, Any]
    file: str
    source: Source
    path: FieldPath = ()

    @property
    def content(self) -> dict[str, Any]:
        content = self.value.get("content")
        return content if isinstance(content, dict) else {}

    @property
    def name(self) -> str:
        return str(self.value.get("id", "default"))

    @property
    def is_special(self) -> bool:
        """Returns whether the variant is for a tenant, or on a condition."""
        return bool(self.value.get("tenant_id") or self.value.get("conditions"))


@dataclass(slots=True)
class Files:
    """Workflows, and the variants of templates by slug and channel."""

    workflows: list[Input] = field(default_factory=list)
    templates: dict[str, dict[str, list[Variant]]] = field(default_factory=dict)


def sorted_out(inputs: Sequence[Input]) -> Files:
    """Raises UnusableError if there are files that are neither."""
    files, problems = Files(), []
    for each in inputs:
        value = each.value
        if isinstance(value, dict) and isinstance(value.get("tree"), dict):
            files.workflows.append(each)
        elif found := list(variants_in(each)):
            for slug, variant in found:
                by_channel = files.templates.setdefault(slug, {})
                by_channel.setdefault(variant.value["channel"], []).append(variant)
        elif each.path.name not in PASSED_OVER:
            problems.append(f"{each.name}:1: this is neither a workflow with a tree of nodes, nor a template")
    if not files.workflows and not problems:
        problems.append(f"{inputs[0].name}:1: there is no workflow among these files")
    if problems:
        raise UnusableError(problems)
    return files


def variants_in(given: Input) -> Iterator[tuple[str, Variant]]:
    """Yields the variants in a file, one or those of a whole template, with the slugs of their templates."""
    value = given.value
    if not isinstance(value, dict):
        return
    if isinstance(value.get("variants"), list):
        slug = str(value.get("slug") or value.get("name") or given.path.stem)
        for index, variant in enumerate(value["variants"]):
            if is_variant(variant):
                yield slug, Variant(variant, given.name, given.source, ("variants", index))
    elif is_variant(value):
        slug = str(value.get("template_slug") or slug_of(given.path))
        yield slug, Variant(with_files(value, given.path), given.name, given.source)


def is_variant(value: Any) -> bool:
    return isinstance(value, dict) and value.get("channel") in CHANNELS


def slug_of(file: Path) -> str:
    """Returns the slug of the template whose variant a file holds: the folder above that of the channel."""
    folders = file.resolve().parent.parts
    for index in range(len(folders) - 1, 0, -1):
        if folders[index] in CHANNELS:
            return folders[index - 1]
    return folders[-1] if file.name == "variant.json" else file.stem


def with_files(value: Any, file: Path) -> Any:
    """Returns a value in which texts like `@body.raw.html` are those of the files beside it."""
    match value:
        case dict():
            return {name: with_files(each, file) for name, each in value.items()}
        case list():
            return [with_files(each, file) for each in value]
        case str() if value.startswith("@body.") and "/" not in value:
            text = text_beside(file, value[1:])
            return value if text is None else text
    return value
