"""Documents of bodies that clients send, and the bodies that they read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.dialects.management.mapping.documents import View, document_of, rendered
from addressee.dialects.management.mapping.links import links_of, without_links
from addressee.messaging.workflows.commits.model import Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.resources import StoredResource

WELCOME = ResourceKey(ResourceKind.WORKFLOW, "welcome")
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)

BLOCKS = [{"type": "markdown", "content@": "email_1/visual_blocks/1.content.md", "content": "# Hello"}]

SENT: dict[str, Any] = {
    "$schema": "https://schemas.knock.app/cli/workflow.json",
    "name": "Welcome",
    "steps": [
        {
            "ref": "email_1",
            "type": "channel",
            "template": {
                "subject": "Hello",
                "visual_blocks@": "email_1/visual_blocks.json",
                "visual_blocks": BLOCKS,
            },
        }
    ],
    "key": "welcome",
}


def own_path(path: str) -> dict[str, Any]:
    """The body of a workflow whose blocks stand in a file that its client would not choose by itself."""
    sent: dict[str, Any] = json.loads(json.dumps(SENT))
    sent["steps"][0]["template"]["visual_blocks@"] = path
    return sent


def stored(document: Document, resource: ResourceKey = WELCOME) -> StoredResource:
    return StoredResource(resource, document, NOW, NOW)


def read(document: Document, *, annotate: bool = False, resource: ResourceKey = WELCOME) -> dict[str, Any]:
    return rendered(stored(document, resource), View("development", active=True, annotate=annotate))


def test_a_document_has_the_contents_of_its_files_and_nothing_that_clients_write_for_readers() -> None:
    document = document_of(WELCOME, SENT, active=True)
    assert json.loads(document.text) == {
        "name": "Welcome",
        "steps": [
            {
                "ref": "email_1",
                "type": "channel",
                "template": {"subject": "Hello", "visual_blocks": [{"type": "markdown", "content": "# Hello"}]},
            }
        ],
    }
    assert document.files is None


def test_files_are_kept_where_a_client_has_others_than_there_would_be() -> None:
    files = document_of(WELCOME, own_path("email_1/body/blocks.json"), active=True).files
    assert files is not None
    assert list(files) == [
        "workflows/welcome/workflow.json",
        "workflows/welcome/email_1/visual_blocks/1.content.md",
        "workflows/welcome/email_1/body/blocks.json",
    ]
    assert json.loads(files["workflows/welcome/email_1/body/blocks.json"]) == [
        {"type": "markdown", "content@": "../visual_blocks/1.content.md"}
    ]


@pytest.mark.parametrize("path", ["/etc/passwd", "../other/a.json", "a/../../b.json", "", ".", "a//b.json", "a\0"])
def test_a_path_that_leads_out_of_the_folder_is_none(path: str) -> None:
    assert document_of(WELCOME, own_path(path), active=True).files is None


@pytest.mark.parametrize("path", ["a\\b.json", "x" * 201, "é" * 101, "a/" * 250 + "b.json"])
def test_a_path_that_a_pull_cannot_write_is_none(path: str) -> None:
    assert document_of(WELCOME, own_path(path), active=True).files is None


def test_a_client_reads_what_it_cannot_set_after_the_document() -> None:
    found = read(document_of(WELCOME, SENT, active=True))
    assert list(found) == ["name", "steps", "environment", "key", "active", "valid", "created_at", "updated_at", "sha"]
    assert (found["environment"], found["key"], found["active"], found["valid"]) == (
        "development",
        "welcome",
        True,
        True,
    )


def test_annotations_say_what_goes_into_files() -> None:
    found = read(document_of(WELCOME, SENT, active=True), annotate=True)
    assert found["__annotation"] == {
        "extractable_fields": {},
        "readonly_fields": ["environment", "key", "active", "valid", "created_at", "updated_at", "sha"],
    }
    template = found["steps"][0]["template"]
    assert template["__annotation"] == {
        "extractable_fields": {
            "subject": {"default": False, "file_ext": "txt"},
            "visual_blocks": {"default": True, "file_ext": "json"},
        },
        "readonly_fields": [],
    }
    assert template["visual_blocks"][0]["__annotation"]["extractable_fields"] == {
        "content": {"default": True, "file_ext": "md"}
    }
    assert "__annotation" not in found["steps"][0]


def test_fields_of_layouts_and_partials_are_annotated_on_top() -> None:
    layout = ResourceKey(ResourceKind.LAYOUT, "default")
    found = read(Document('{"name": "Default", "html_layout": "x"}'), annotate=True, resource=layout)
    assert found["__annotation"] == {
        "extractable_fields": {"html_layout": {"default": True, "file_ext": "html"}},
        "readonly_fields": ["key", "environment", "created_at", "updated_at", "sha"],
    }
    partial = ResourceKey(ResourceKind.PARTIAL, "footer")
    found = read(Document('{"type": "markdown", "content": "x"}'), annotate=True, resource=partial)
    assert found["__annotation"]["extractable_fields"] == {"content": {"default": True, "file_ext": "md"}}


def test_what_was_read_can_be_sent_again() -> None:
    document = document_of(WELCOME, SENT, active=True)
    assert document_of(WELCOME, read(document), active=False) == document


def test_links_of_a_workflow_begin_at_the_ref_of_their_step() -> None:
    nested = {"steps": [{"ref": "branch_1", "type": "branch", "branches": [{"steps": SENT["steps"]}]}]}
    assert links_of("workflow", nested) == {
        ("email_1", "template", "visual_blocks"): "email_1/visual_blocks.json",
        ("email_1", "template", "visual_blocks", 0, "content"): "email_1/visual_blocks/1.content.md",
    } | {
        ("branch_1", "branches", 0, "steps", 0, "template", "visual_blocks"): "email_1/visual_blocks.json",
        ("branch_1", "branches", 0, "steps", 0, "template", "visual_blocks", 0, "content"): (
            "email_1/visual_blocks/1.content.md"
        ),
    }


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
names = st.text("abc@", min_size=1, max_size=3)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(names, anything, max_size=4))
def test_the_order_of_keys_stays(body: dict[str, Any]) -> None:
    found = json.loads(document_of(WELCOME, body, active=True).text)
    assert json.dumps(found) == json.dumps(without_links(body))


@given(st.dictionaries(names, anything, max_size=4))
def test_what_names_a_file_without_its_content_stays_for_the_check_to_find(body: dict[str, Any]) -> None:
    left = {name for name in body if name.endswith("@") and (name == "@" or name.removesuffix("@") not in body)}
    assert left <= set(without_links(body))
