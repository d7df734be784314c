"""Writes what was converted as a folder that `addressee push` takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from addressee.converting.model import Conversion
from addressee.messaging.definitions.writing import to_yaml

REPORT = "conversion.md"

# Texts of templates that stand in files of their own, with the endings of these.
EXTRACTED: Mapping[str, str] = {"html": "html", "html_body": "html"}


def files_of(conversion: Conversion) -> dict[str, str]:
    """Returns the texts of all files by their paths in the folder, the report included."""
    files = {f"channels/{key}.yaml": to_yaml(stub.file) for key, stub in conversion.channels.items()}
    for key, workflow in conversion.workflows.items():
        folder = f"workflows/{key}"
        extracted = {f"{folder}/{path}": text for path, text in extract(workflow["steps"])}
        files |= {f"{folder}/workflow.yaml": to_yaml(workflow), **extracted}
    return {**files, REPORT: report(conversion)}


def extract(steps: Any) -> Iterator[tuple[str, str]]:
    """Replaces texts that stand in files of their own by their paths, and yields both."""
    if isinstance(steps, list):
        for step in steps:
            yield from extract(step)
    elif isinstance(steps, dict):
        if "template" in steps:
            yield from extract_texts(steps["template"], steps["ref"])
        for key, template in steps.get("templates", {}).items():
            yield from extract_texts(template, f"{steps['ref']}/{key}")
        for name in ("branches", "matched", "timeout", "steps"):
            yield from extract(steps.get(name))


def extract_texts(template: dict[str, Any], folder: str) -> Iterator[tuple[str, str]]:
    for name, ending in EXTRACTED.items():
        if isinstance(template.get(name), str):
            path = f"{folder}/{name}.{ending}"
            yield path, template.pop(name)
            template[f"{name}@"] = path


def report(conversion: Conversion) -> str:
    """Returns the report as a page: what needs a hand, and the channels whose settings are to be filled in."""
    lines = ["# Conversion", ""]
    lines += [f"Workflows: {', '.join(sorted(conversion.workflows)) or 'none'}.", ""]
    notes = sorted(set(conversion.notes))
    if notes:
        lines += ["## To do by hand", "", "| where | node | what it was | what to do |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {cell(note.file)}:{note.line} | {cell(note.node)} | {cell(note.was)} | {cell(note.todo)} |"
            for note in notes
        ]
    else:
        lines.append("Everything was converted exactly.")
    lines += ["", "## Channels", "", "Fill in the settings of these files: no vendor exports them.", ""]
    lines += [f"- `channels/{key}.yaml`" for key in sorted(conversion.channels)]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def write(files: Mapping[str, str], folder: Path) -> None:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def in_the_way(files: Mapping[str, str], folder: Path) -> list[str]:
    """Returns the files that exist already, and would be overwritten."""
    return sorted(path for path in files if (folder / path).exists())
