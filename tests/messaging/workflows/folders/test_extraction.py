"""Definitions as files, as Knock's command line writes them: what was extracted, joined again, is the same."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.definitions.extracted_files import ExtractedFiles, file_path, to_json
from addressee.messaging.definitions.joined_files import read_with_joined
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Source
from addressee.messaging.workflows.files.workflow_sources import STRUCTURED
from addressee.messaging.workflows.folders.extraction import (
    LAYOUT,
    PARTIAL,
    READONLY,
    SCHEMA,
    SCHEMAS,
    WORKFLOW,
    files_of,
)

MAIL = {
    "ref": "Email_1",
    "type": "channel",
    "channel_key": "email",
    "template": {
        "settings": {"pre_content": "{% assign preview = 'Hi' %}", "layout_key": "default"},
        "subject": "Hi",
        "text_body": "Hi there",
        "visual_blocks": [
            {"type": "markdown", "content": "**Hi**", "version": 1},
            {"type": "divider"},
            {"type": "html", "content": "<p>Hi</p>"},
        ],
    },
}


def test_paths_that_differ_only_in_capitals_are_one() -> None:
    files = ExtractedFiles()
    files.put("Mail/body.md", "x")
    assert files.is_taken("mail/Body.md")
    assert not files.is_taken("mail/body.html")
    assert files.texts == {"Mail/body.md": "x"}


def test_a_file_is_no_folder_of_another() -> None:
    files = ExtractedFiles()
    files.put("mail/body", "x")
    assert [files.is_taken(path) for path in ("mail", "Mail/Body/text.md", "mailing")] == [True, True, False]
    template = {"html_body": "<p>", "text_body": "p"}
    links: dict[FieldPath, str] = {("a", "template", "html_body"): "x", ("a", "template", "text_body"): "x/y"}
    made = files_of(WORKFLOW, {"steps": [{"ref": "a", "type": "channel", "template": template}]}, {}, links)
    assert list(made) == ["workflow.json", "x"]


def test_links_are_those_of_the_step_with_their_ref() -> None:
    steps = [{"ref": ref, "type": "channel", "template": {"text_body": ref}} for ref in ("a", "b")]
    links: dict[FieldPath, str] = {("b", "template", "text_body"): "texts/b.txt"}
    files = files_of(WORKFLOW, {"steps": steps}, {}, links)
    assert {path: text for path, text in files.items() if path != "workflow.json"} == {
        "a/text_body.txt": "a",
        "texts/b.txt": "b",
    }


def test_a_workflow_has_the_files_of_its_steps() -> None:
    files = files_of(WORKFLOW, {"name": "Hello", "steps": [MAIL]}, {"key": "hello", "active": True, "valid": True})
    assert files == {
        "workflow.json": """{
  "name": "Hello",
  "steps": [
    {
      "ref": "Email_1",
      "type": "channel",
      "channel_key": "email",
      "template": {
        "settings": {
          "layout_key": "default",
          "pre_content@": "email_1/settings/pre_content.txt"
        },
        "subject": "Hi",
        "text_body@": "email_1/text_body.txt",
        "visual_blocks@": "email_1/visual_blocks.json"
      }
    }
  ],
  "__readonly": {
    "key": "hello",
    "active": true,
    "valid": true
  },
  "$schema": "https://schemas.knock.app/cli/workflow.json"
}
""",
        "email_1/visual_blocks/1.content.md": "**Hi**",
        "email_1/visual_blocks/3.content.html": "<p>Hi</p>",
        "email_1/settings/pre_content.txt": "{% assign preview = 'Hi' %}",
        "email_1/text_body.txt": "Hi there",
        "email_1/visual_blocks.json": """[
  {
    "type": "markdown",
    "version": 1,
    "content@": "visual_blocks/1.content.md"
  },
  {
    "type": "divider"
  },
  {
    "type": "html",
    "content@": "visual_blocks/3.content.html"
  }
]""",
    }


def test_steps_of_branches_have_folders_of_their_own() -> None:
    step = {"ref": "sms", "type": "channel", "template": {"text_body": "Hi"}}
    branch = {"ref": "branch", "type": "branch", "branches": [{"name": "A", "steps": [step]}]}
    assert list(files_of(WORKFLOW, {"steps": [branch]}, {})) == ["workflow.json", "sms/text_body.txt"]


def test_steps_of_cohorts_have_folders_below_that_of_their_step() -> None:
    step = {"ref": "sms", "type": "channel", "template": {"text_body": "Hi"}}
    cohort = {"ref": "half", "type": "random_cohort", "cohort_branches": [{"name": "A", "steps": [step]}]}
    files = files_of(WORKFLOW, {"steps": [cohort]}, {})
    assert list(files) == ["workflow.json", "half/1.steps/1.template/text_body.txt"]


def test_a_field_that_stands_in_a_file_already_stays_there() -> None:
    links = {
        ("Email_1", "template", "subject"): "mail/subject.txt",
        ("Email_1", "template", "visual_blocks"): "mail/blocks.json",
        ("Email_1", "template", "visual_blocks", 0, "content"): "mail/first.md",
    }
    files = files_of(WORKFLOW, {"steps": [MAIL]}, {}, links)
    assert files["mail/subject.txt"] == "Hi"
    assert files["mail/first.md"] == "**Hi**"
    assert json.loads(files["mail/blocks.json"])[0]["content@"] == "first.md"
    assert json.loads(files["mail/blocks.json"])[2]["content@"] == "../email_1/visual_blocks/3.content.html"


def test_a_layout_and_a_partial_have_files_for_what_they_say() -> None:
    layout = files_of(LAYOUT, {"html_layout": "{{ content }}", "text_layout": "{{ content }}", "name": "Main"}, {})
    assert list(layout) == ["layout.json", "html_layout.html", "text_layout.txt"]
    assert json.loads(layout["layout.json"]) == {
        "name": "Main",
        "html_layout@": "html_layout.html",
        "text_layout@": "text_layout.txt",
        READONLY: {},
        SCHEMA: SCHEMAS[LAYOUT],
    }
    for type, ending in (("html", "html"), ("markdown", "md"), ("text", "txt"), ("json", "json")):
        partial = files_of(PARTIAL, {"content": "Hi", "type": type}, {})
        assert list(partial) == ["partial.json", f"content.{ending}"]


@pytest.mark.parametrize("content", ["a\r\nb", "\ufeffa", ["a"], None])
def test_what_no_file_gives_back_stays_where_it_is(content: Any) -> None:
    document = {"steps": [{"ref": "a", "template": {"html_body": content}}]}
    [(name, text)] = files_of(WORKFLOW, document, {}).items()
    assert json.loads(text)["steps"][0]["template"] == {"html_body": content}
    assert name == "workflow.json"


def test_no_file_is_outside_of_the_folder_or_another_s() -> None:
    block = {"type": "partial", "attrs": {"../../../up": {"type": "html", "content": "<p>"}}}
    steps = [
        {"ref": "..", "template": {"html_body": "<p>"}},
        {"ref": "a", "template": {"html_body": "<p>"}},
        {"ref": "A", "template": {"html_body": "<b>"}},
        {"ref": "b", "template": {"visual_blocks": [block]}},
    ]
    assert list(files_of(WORKFLOW, {"steps": steps}, {})) == [
        "workflow.json",
        "a/html_body.html",
        "b/visual_blocks.json",
    ]


def test_paths_of_fields() -> None:
    assert file_path(("a", "b", "c"), "md") == "a/b/c.md"
    assert file_path(("a", 0, "b", 2, "C"), "json") == "a/1.b/3.c.json"
    assert file_path(("a", 0, 2, "b", 1), "md") == "a/1.3.b/2.md"
    assert file_path(("a", 0, 2), "md") == "a/1.3.md"


def test_json_is_that_of_the_command_line() -> None:
    assert to_json({"a": 1.0, "b": [], "c": {}, "d": "é\u2028", "e": 0.5}) == (
        '{\n  "a": 1,\n  "b": [],\n  "c": {},\n  "d": "é\\u2028",\n  "e": 0.5\n}'
    )


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x % 1 != 0)
KEYS = st.sampled_from(["name", "key", "attrs", "../up", "type", "label", "content", "é"])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(KEYS, parts, max_size=3),
    max_leaves=6,
)
BLOCKS = st.fixed_dictionaries(
    {"type": st.sampled_from(["markdown", "html", "divider", "row"])},
    optional={"content": TEXTS, "attrs": VALUES, "columns": st.lists(st.fixed_dictionaries({"content": TEXTS}))},
)
TEMPLATES = st.fixed_dictionaries(
    {},
    optional={
        "subject": TEXTS,
        "html_body": TEXTS | st.none(),
        "text_body": TEXTS,
        "json_body": TEXTS | VALUES,
        "visual_blocks": st.lists(BLOCKS, max_size=4),
        "settings": st.fixed_dictionaries({"layout_key": TEXTS}, optional={"pre_content": TEXTS}),
    },
)
CHANNEL_STEPS = st.fixed_dictionaries({"ref": st.sampled_from(["a", "A", "b_1", "..", "é"]), "template": TEMPLATES})


def branching(steps: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    branches = st.lists(st.fixed_dictionaries({"name": TEXTS, "steps": st.lists(steps, max_size=2)}), max_size=2)
    return st.fixed_dictionaries({"ref": TEXTS, "type": st.just("branch"), "branches": branches}) | (
        st.fixed_dictionaries({"ref": TEXTS, "type": st.just("random_cohort"), "cohort_branches": branches})
    )


STEPS = st.recursive(CHANNEL_STEPS, branching, max_leaves=4)
WORKFLOWS = st.fixed_dictionaries({"name": TEXTS, "steps": st.lists(STEPS, max_size=3)}, optional={"tags": VALUES})


@given(WORKFLOWS)
def test_what_was_extracted_joined_again_is_the_same(document: dict[str, Any]) -> None:
    before = deepcopy(document)
    files = files_of(WORKFLOW, document, {"key": "a"})
    assert document == before
    with TemporaryDirectory() as place:
        folder = Path(place)
        for name, text in files.items():
            (folder / "workflows" / "a" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "workflows" / "a" / name).write_bytes(text.encode())
        file = folder / "workflows" / "a" / "workflow.json"
        source = read_with_joined(Source("workflow.json", "a"), file, folder, file.parent, STRUCTURED)
    assert source.problems == []
    assert source.value == {**document, READONLY: {"key": "a"}, SCHEMA: SCHEMAS[WORKFLOW]}
