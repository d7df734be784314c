"""What the command line sends inline goes into files, and comes back inline."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.dialects.management.mapping.annotations import Inlining
from addressee.dialects.management.mapping.files import split

SENT: dict[str, Any] = {
    "name": "Welcome",
    "steps": [
        {
            "ref": "email_1",
            "type": "channel",
            "template": {
                "subject": "Hello",
                "visual_blocks@": "email_1/visual_blocks.json",
                "visual_blocks": [
                    {
                        "type": "markdown",
                        "content@": "email_1/visual_blocks/1.content.md",
                        "content": "# Hello\n",
                    },
                    {"type": "divider"},
                ],
            },
        }
    ],
}


def inlined(document: dict[str, Any], files: dict[str, str], *, annotate: bool = False) -> Any:
    return Inlining("workflow", files, annotate).inlined(document)


def test_contents_go_into_the_files_that_they_came_from() -> None:
    document, files = split(SENT)
    assert document["steps"][0]["template"] == {
        "subject": "Hello",
        "visual_blocks@": "email_1/visual_blocks.json",
    }
    assert json.loads(files["email_1/visual_blocks.json"]) == [
        {"type": "markdown", "content@": "visual_blocks/1.content.md"},
        {"type": "divider"},
    ]
    assert files["email_1/visual_blocks/1.content.md"] == "# Hello\n"


def test_a_client_reads_them_inline() -> None:
    template = inlined(*split(SENT))["steps"][0]["template"]
    assert template == {
        "subject": "Hello",
        "visual_blocks": [{"type": "markdown", "content": "# Hello\n"}, {"type": "divider"}],
    }


def test_an_annotation_says_what_goes_into_files_on_each_mapping_that_has_such_fields() -> None:
    whole = inlined(*split(SENT), annotate=True)
    template = whole["steps"][0]["template"]
    assert template["__annotation"] == {
        "extractable_fields": {
            "subject": {"default": False, "file_ext": "txt"},
            "visual_blocks": {"default": True, "file_ext": "json"},
        },
        "readonly_fields": [],
    }
    assert template["visual_blocks"][0]["__annotation"] == {
        "extractable_fields": {"content": {"default": True, "file_ext": "md"}},
        "readonly_fields": [],
    }
    assert "__annotation" not in whole["steps"][0]


def test_a_field_that_came_from_a_file_goes_into_one() -> None:
    sent = {"steps": [{"ref": "f", "settings": {"body@": "f/body.json", "body": "{}"}}]}
    settings = inlined(*split(sent), annotate=True)["steps"][0]["settings"]
    assert settings["__annotation"]["extractable_fields"] == {"body": {"default": True, "file_ext": "json"}}


@pytest.mark.parametrize("path", ["/etc/passwd", "../other/a.md", "a/../../b.md", "", ".", "a//b.md", "a\0", 5, None])
def test_what_names_no_file_within_the_folder_stays_inline(path: Any) -> None:
    assert split({"text@": path, "text": "x"}) == ({"text": "x"}, {})


def test_a_file_belongs_to_one_field() -> None:
    document, files = split({"a@": "a.md", "a": "1", "b@": "a.md", "b": "2"})
    assert (document, files) == ({"a@": "a.md", "b": "2"}, {"a.md": "1"})


def test_what_names_a_file_without_its_content_stays_for_the_check_to_find() -> None:
    assert split({"text@": "a.md"}) == ({"text@": "a.md"}, {})


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
names = st.text("abc", min_size=1, max_size=3)


@st.composite
def sent(draw: st.DrawFn, depth: int = 3) -> dict[str, Any]:
    """A mapping with some texts that say which file they came from."""
    found: dict[str, Any] = {}
    for name in draw(st.lists(names, unique=True, max_size=4)):
        kind = draw(st.integers(0, 3))
        if kind == 0 and depth:
            found[name] = draw(sent(depth - 1))
        elif kind == 1:
            found[f"{name}@"] = draw(st.text("abc/.", min_size=1, max_size=6))
            found[name] = draw(st.text(max_size=5))
        elif kind == 2 and depth:
            found[name] = draw(st.lists(sent(depth - 1), max_size=2))
        else:
            found[name] = draw(scalars)
    return found


def without_marks(value: Any) -> Any:
    if isinstance(value, list):
        return [without_marks(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: without_marks(each) for name, each in value.items() if not name.endswith("@")}


@given(sent())
def test_whatever_is_sent_is_read_again_with_its_keys_in_their_order(body: dict[str, Any]) -> None:
    assert json.dumps(inlined(*split(body))) == json.dumps(without_marks(body))
