"""Workflows, layouts, partials and audiences as the files that Knock's command line writes of them (engine.md §7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from addressee.messaging.definitions.extracted_files import (
    Extractable,
    ExtractedFiles,
    Rule,
    extract,
    file_path,
    to_json,
)
from addressee.messaging.definitions.model import KEY, FieldPath

WORKFLOW = "workflow"
LAYOUT = "layout"
PARTIAL = "partial"
AUDIENCE = "audience"

READONLY = "__readonly"
SCHEMA = "$schema"

# What the command line says that its files are, by their kinds; editors complete by it.
SCHEMAS: Mapping[str, str] = {
    WORKFLOW: "https://schemas.knock.app/cli/workflow.json",
    LAYOUT: "https://schemas.knock.app/cli/email-layout.json",
    PARTIAL: "https://schemas.knock.app/cli/partial.json",
    AUDIENCE: "https://schemas.knock.app/cli/audience.json",
}

TEMPLATE: Mapping[str, Extractable] = {
    "subject": Extractable("txt", by_default=False),
    "html_body": Extractable("html"),
    "text_body": Extractable("txt"),
    "markdown_body": Extractable("md"),
    "json_body": Extractable("json"),
    "visual_blocks": Extractable("json"),
}
TEMPLATE_SETTINGS: Mapping[str, Extractable] = {"pre_content": Extractable("txt")}
BLOCKS: Mapping[str, Extractable] = {"markdown": Extractable("md"), "html": Extractable("html")}
LAYOUTS: Mapping[str, Extractable] = {"html_layout": Extractable("html"), "text_layout": Extractable("txt")}
ENDINGS_OF_PARTIALS: Mapping[str, str] = {"html": "html", "markdown": "md", "text": "txt", "json": "json"}

# Kinds of which the command line says that they are valid.
VALIDATED = frozenset({WORKFLOW, PARTIAL})

# The only field that is a list and has a file of its own.
LISTS = frozenset({"visual_blocks"})


def extractable_fields(kind: str, path: FieldPath, value: Mapping[str, Any]) -> dict[str, Extractable]:
    """Returns which fields of a mapping may stand in files, by their names.

    The path begins at the definition, in workflows at the innermost step; `steps[0].template` has `("template",)`.
    """
    known = RULES[kind](path, value) if kind in RULES else {}
    return {name: each for name, each in known.items() if is_content(name, value.get(name))}


def is_content(name: str, value: Any) -> bool:
    return isinstance(value, list if name in LISTS else str)


def of_workflow(path: FieldPath, value: Mapping[str, Any]) -> Mapping[str, Extractable]:
    if path[-1:] == ("template",):
        return TEMPLATE
    if path[-2:] == ("template", "settings"):
        return TEMPLATE_SETTINGS
    block = BLOCKS.get(str(value.get("type"))) if not LISTS.isdisjoint(path) else None
    return {"content": block} if block else {}


def of_layout(path: FieldPath, value: Mapping[str, Any]) -> Mapping[str, Extractable]:
    return {} if path else LAYOUTS


def of_partial(path: FieldPath, value: Mapping[str, Any]) -> Mapping[str, Extractable]:
    return {} if path else {"content": Extractable(ENDINGS_OF_PARTIALS.get(str(value.get("type")), "txt"))}


RULES: Mapping[str, Rule] = {WORKFLOW: of_workflow, LAYOUT: of_layout, PARTIAL: of_partial}


def files_of(
    kind: str,
    document: Mapping[str, Any],
    readonly: Mapping[str, Any],
    links: Mapping[FieldPath, str] | None = None,
) -> dict[str, str]:
    """Returns the texts of a definition's files by their paths, `workflow.json` or the like first.

    `readonly` is what tools write for their readers. `links` are the files in which fields stand already, by paths from
    the definition on, in workflows from the ref of their step on.
    """
    whole = deepcopy(dict(document))
    name = f"{kind}.json"
    files = ExtractedFiles()
    files.put(name, "")

    def rule(path: FieldPath, value: Mapping[str, Any]) -> Mapping[str, Extractable]:
        return extractable_fields(kind, path, value)

    if kind == WORKFLOW:
        of_steps = links_of_steps(links or {})
        for step in steps_in(whole.get("steps")):
            extract_step(step, rule, files, of_steps)
    else:
        extract(whole, rule, file_path, files, links or {})
    files.put(name, to_json({**whole, READONLY: dict(readonly), SCHEMA: SCHEMAS[kind]}) + "\n")
    return files.texts


def links_of_steps(links: Mapping[FieldPath, str]) -> dict[str | int, dict[FieldPath, str]]:
    """Returns the links of a workflow by the refs of their steps, and the paths that follow these."""
    found: dict[str | int, dict[FieldPath, str]] = {}
    for (ref, *path), file in links.items():
        found.setdefault(ref, {})[tuple(path)] = file
    return found


def steps_in(steps: Any) -> Iterator[dict[str, Any]]:
    """Yields the steps of a list, and those of their branches."""
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, dict):
            continue
        yield step
        for branch in branches_of(step):
            yield from steps_in(branch.get("steps"))


def branches_of(step: Mapping[str, Any]) -> list[dict[str, Any]]:
    branches = step.get("branches") if step.get("type") == "branch" else None
    return [branch for branch in branches if isinstance(branch, dict)] if isinstance(branches, list) else []


def extract_step(
    step: dict[str, Any],
    rule: Rule,
    files: ExtractedFiles,
    links: Mapping[str | int, Mapping[FieldPath, str]],
) -> None:
    ref = step.get("ref")
    if not isinstance(ref, str) or not KEY.fullmatch(ref):
        return
    extract(step, rule, in_folder(ref), files, links.get(ref, {}))


def in_folder(ref: str) -> Callable[[FieldPath, str], str]:
    """Returns what makes paths of a step's files: within a folder of its own, without the first part of the field."""
    return lambda path, ending: file_path((ref, *(path[1:] or path)), ending)
