"""Workflows as folders: files beside `workflow.yaml` or `workflow.json`, joined to the fields that name them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.in_app import InAppTemplate
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.files.workflows import WorkflowDefinition
from tests.messaging.office import IN_APP, OUTBOX, write_files
from tests.messaging.workflows.test_files import mistakes

CHANNELS = {"channels/email.yaml": OUTBOX, "channels/in-app.yaml": IN_APP}

MAIL = """
name: New comment
steps:
  - ref: mail
    type: channel
    channel_key: email
    template:
      subject: Hi
      html_body@: mail/html_body.html
      text_body@: ./mail/text_body.txt
"""

# The same, as JSON with tabs and a character beyond the first plane.
JSON = """{
\t"$schema": "https://example.com/workflow.json",
\t"__readonly": {"key": "comment", "valid": true},
\t"name": "New \\ud83d\\ude00",
\t"steps": [
\t\t{"ref": "feed", "type": "channel", "channel_key": "in-app", "channel_type": "in_app_feed",
\t\t\t"template": {"markdown_body@": "feed/markdown_body.md", "action_url": "/"}}
\t]
}
"""


def pushed(folder: Path, files: Mapping[str, str]) -> WorkflowDefinition:
    (workflow,) = read_configuration(write_files(folder, {**CHANNELS, **files}), {}).workflows
    return workflow


def found(folder: Path, files: Mapping[str, str]) -> list[str]:
    return mistakes(folder, {**CHANNELS, **files})


def test_a_folder_with_files_beside_the_workflow(tmp_path: Path) -> None:
    files = {
        "workflows/new-comment/workflow.yaml": MAIL,
        "workflows/new-comment/mail/html_body.html": "<p>{{ data.text }}</p>",
        "workflows/new-comment/mail/text_body.txt": "{{ data.text }}",
    }
    workflow = pushed(tmp_path, files)
    assert (workflow.key, workflow.workflow.name) == ("new-comment", "New comment")
    template = EmailTemplate(subject="Hi", html="<p>{{ data.text }}</p>", text="{{ data.text }}")
    assert workflow.workflow.steps == (ChannelStep(ref="mail", channel="email", template=template),)


def test_a_folder_with_json(tmp_path: Path) -> None:
    files = {"workflows/comment/workflow.json": JSON, "workflows/comment/feed/markdown_body.md": "**Hi**"}
    workflow = pushed(tmp_path, files)
    assert (workflow.key, workflow.workflow.name) == ("comment", "New 😀")
    template = InAppTemplate(body="**Hi**", action_url="/")
    assert workflow.workflow.steps == (ChannelStep(ref="feed", channel="in-app", template=template),)


def test_a_schema_may_stand_in_a_file_of_json(tmp_path: Path) -> None:
    files = {
        "workflows/a/workflow.yaml": f"{MAIL}trigger_data_json_schema@: data.json",
        "workflows/a/mail/html_body.html": "x",
        "workflows/a/mail/text_body.txt": "x",
        "workflows/a/data.json": '{"type": "object", "required": ["text"]}',
    }
    assert pushed(tmp_path / "right", files).workflow.trigger_data_schema == {"type": "object", "required": ["text"]}
    wrong = {**files, "workflows/a/data.json": '{"type": "object"\n "required": []}'}
    assert found(tmp_path / "wrong", wrong) == ["workflows/a/data.json:2: this is not JSON: expecting ',' delimiter"]


@pytest.mark.parametrize("json", ['{"type": "object",\n}', '{"required": ["text",\n\n]}'])
def test_a_comma_after_the_last_item_of_json_is_told_where_it_stands(tmp_path: Path, json: str) -> None:
    files = {"workflows/a/workflow.yaml": f"{MAIL}trigger_data_json_schema@: data.json", "workflows/a/data.json": json}
    assert "workflows/a/data.json:1: this is not JSON: the last item has no comma after it" in found(tmp_path, files)


def test_what_stands_inline_wins_over_a_file(tmp_path: Path) -> None:
    mail = MAIL.replace("html_body@: mail/html_body.html", "html_body: <p>inline</p>\n      html_body@: nowhere")
    files = {"workflows/a/workflow.yaml": mail, "workflows/a/mail/text_body.txt": "text"}
    (step,) = pushed(tmp_path, files).workflow.steps
    assert isinstance(step, ChannelStep)
    assert step.template == EmailTemplate(subject="Hi", html="<p>inline</p>", text="text")


def test_a_mistake_in_a_file_is_told_with_its_own_line(tmp_path: Path) -> None:
    files = {
        "workflows/a/workflow.yaml": MAIL,
        "workflows/a/mail/html_body.html": "<p>\n\n{% if x %}\n</p>",
        "workflows/a/mail/text_body.txt": "\n{{ x | shout }}",
    }
    assert found(tmp_path, files) == [
        "workflows/a/mail/html_body.html:4: this is not Liquid: expected tag endif, found end of expression",
        "workflows/a/mail/text_body.txt:2: this is not Liquid: unknown filter 'shout'",
    ]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("nowhere.html", "there is no file 'nowhere.html'"),
        ("../b.html", "the file '../b.html' is outside of the folder a"),
        ("/etc/passwd", "this must be the path of a file, from the folder of the file that names it"),
        ("7", "this must be the path of a file, from the folder of the file that names it"),
        ("x" * 300, "this must be the path of a file, from the folder of the file that names it"),
        ('"a\\0b"', "a text must not hold the character NUL or half of a surrogate pair"),
        ("mail", "there is no file 'mail'"),
        ("mail/text_body.txt", "the file './mail/text_body.txt' belongs to 'steps.0.template.html_body' already"),
    ],
)
def test_a_file_that_cannot_be_joined(tmp_path: Path, named: str, message: str) -> None:
    files = {
        "workflows/a/workflow.yaml": MAIL.replace("mail/html_body.html", named),
        "workflows/a/mail/text_body.txt": "x",
        "workflows/b.html": "x",
    }
    line = 10 if "text_body" in named else 9
    assert found(tmp_path, files) == [f"workflows/a/workflow.yaml:{line}: {message}"]


def test_files_name_files_twice_at_most(tmp_path: Path) -> None:
    files = {
        "workflows/a/workflow.yaml": MAIL.replace(
            "html_body@: mail/html_body.html", "visual_blocks@: mail/blocks.json"
        ),
        "workflows/a/mail/blocks.json": '[{"type": "html",\n  "content@": "1.json"}]',
        "workflows/a/mail/1.json": "<p>\n{{ name",
        "workflows/a/mail/text_body.txt": "x",
    }
    assert [problem.split(": ")[0] for problem in found(tmp_path, files)] == ["workflows/a/mail/1.json:2"]
    deeper = {
        **files,
        "workflows/a/mail/blocks.json": '[{"type": "html",\n  "visual_blocks@": "1.json"}]',
        "workflows/a/mail/1.json": '{\n"content@": "2.md"}',
        "workflows/a/mail/2.md": "x",
    }
    assert found(tmp_path / "deeper", deeper)[0] == (
        "workflows/a/mail/1.json:2: a file that a file names may not name a third one, like '2.md'"
    )


def test_a_key_has_one_definition(tmp_path: Path) -> None:
    text = "steps: [{ref: a, in_app: {body: x}}]"
    files = {
        "workflows/a.yaml": text,
        "workflows/a/workflow.yaml": text,
        "workflows/a/workflow.json": '{"steps": [{"ref": "a", "in_app": {"body": "x"}}]}',
    }
    assert found(tmp_path, files) == [
        "workflows/a/workflow.json:1: the workflow 'a' stands in workflows/a.yaml too; keep one of them",
        "workflows/a/workflow.yaml:1: the workflow 'a' stands in workflows/a.yaml too; keep one of them",
    ]


def test_a_key_in_the_file_is_that_of_the_folder(tmp_path: Path) -> None:
    text = "steps: [{ref: a, in_app: {body: x}}]\n"
    assert pushed(tmp_path / "same", {"workflows/a/workflow.yaml": f"{text}key: a"}).key == "a"
    assert found(tmp_path / "other", {"workflows/a/workflow.yaml": f"{text}key: b"}) == [
        "workflows/a/workflow.yaml:2: the key is 'a', as the file or its folder is called; leave this out"
    ]
    assert found(tmp_path / "no key", {"workflows/a b/workflow.yaml": text}) == [
        "workflows/a b/workflow.yaml:1: the folder's name must be a key: letters, digits, - and _"
    ]


def test_a_file_that_nothing_reads_is_told_of(tmp_path: Path) -> None:
    text = "steps: [{ref: a, in_app: {body: x}}]\n"
    where = (
        "this is not channels/<key>.yaml, workflows/<key>.yaml, workflows/<key>/workflow.yaml, "
        "layouts/<key>.liquid, partials/<key>.liquid, audiences/<key>/audience.yaml, channel_groups/<key>.yaml, "
        "translations/<locale>/<locale>.json, variables.yaml, public_variables.yaml, categories.yaml or "
        "preferences.yaml"
    )
    files = {
        "workflows/a/workflow.yaml": text,
        "workflows/b/workflow.yml": text,
        "workflows/c.json": "{}",
        "workflows/a/notes.txt": "x",
    }
    assert found(tmp_path, files) == [f"workflows/b/workflow.yml:1: {where}", f"workflows/c.json:1: {where}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"steps": NaN}', "workflow.json:1: this is not JSON in UTF-8"),
        ("steps: []", "workflow.json:1: this is not JSON: expecting value"),
        ('{\n"steps": [],\n"steps": []}', "workflow.json:3: 'steps' is given twice"),
        ('{\n"stepz": []}', "workflow.json:2: there is no 'stepz' here; did you mean 'steps'?"),
    ],
)
def test_json_is_json(tmp_path: Path, text: str, message: str) -> None:
    assert f"workflows/a/{message}" in found(tmp_path, {"workflows/a/workflow.json": text})


def test_the_names_of_knocks_files(tmp_path: Path) -> None:
    knocks = """
description: Somebody commented.
tags: [pages]
settings: {is_commercial: true, override_preferences: true}
trigger_data_json_schema: {type: object}
steps: [{ref: a, in_app: {body: x}}]
"""
    workflow = pushed(tmp_path, {"workflows/a/workflow.yaml": knocks}).workflow
    assert (workflow.description, workflow.tags) == ("Somebody commented.", ("pages",))
    assert (workflow.commercial, workflow.override_preferences) == (True, True)
    assert workflow.trigger_data_schema == {"type": "object"}
    critical = pushed(
        tmp_path / "short", {"workflows/a/workflow.yaml": f"{knocks}critical: true".replace("true}", "false}")}
    )
    assert critical.workflow.override_preferences
    both = {
        "workflows/a/workflow.yaml": f"{knocks}trigger_data_schema: {{}}\ndescription: {'x' * 281}".replace(
            "description: Somebody commented.\n", ""
        )
    }
    assert found(tmp_path / "both", both) == [
        "workflows/a/workflow.yaml:7: this must have at most 280 characters",
    ]
