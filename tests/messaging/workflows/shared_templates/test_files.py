"""Layouts and partials in folders: every mistake with its file and line, or everything."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from addressee.messaging.content.templating.shared_templates import (
    FooterLink,
    Layout,
    Partial,
    PartialType,
    SharedTemplates,
    TemplateKey,
)
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.shared_templates import files as limits
from tests.messaging.office import OUTBOX, write_files

KNOCK = {
    "layouts/default/layout.json": msgspec.json.encode(
        {
            "$schema": "https://schemas.example/layout.json",
            "key": "default",
            "name": "Default",
            "html_layout@": "html_layout.html",
            "text_layout@": "text_layout.txt",
            "footer_links": [{"text": "Help", "url": "https://example.org"}],
            "__readonly": {"environment": "development"},
        }
    ).decode(),
    "layouts/default/html_layout.html": "<body>{{ content }}</body>",
    "layouts/default/text_layout.txt": "{{content}}\n",
    "partials/footer/partial.json": msgspec.json.encode(
        {
            "name": "Footer",
            "type": "markdown",
            "description": "Below",
            "visual_block_enabled": True,
            "icon_name": "Flag",
            "input_schema": [{"type": "text", "key": "title", "label": "Title"}],
            "content@": "content.md",
        }
    ).decode(),
    "partials/footer/content.md": "*{{ title }}*",
}

MISSPELT = """
steps:
  - ref: a
    email:
      subject: |
        Hi {% render 'fotter' %}
      text: x
"""

MAIL = "steps: [{ref: a, email: {subject: x, html: y, layout_key: %s}}]"


def templates(
    folder: Path, files: Mapping[str, str], stored: SharedTemplates | None = None
) -> dict[TemplateKey, object]:
    read = read_configuration(write_files(folder, files), {}, Available(shared=stored or SharedTemplates()))
    return {each.key: each.template for each in read.templates}


def mistakes(folder: Path, files: Mapping[str, str], stored: SharedTemplates | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read_configuration(write_files(folder, files), {}, Available(shared=stored or SharedTemplates()))
    return [str(mistake) for mistake in error.value.problems]


def test_files_of_liquid(tmp_path: Path) -> None:
    files = {
        "layouts/main.liquid": "<body>{{ content }}</body>",
        "layouts/main.text.liquid": "{{ content }}",
        "layouts/bare.liquid": "{{ content }}",
        "partials/footer.liquid": "{{ title }}",
    }
    assert templates(tmp_path, files) == {
        ("partial", "footer"): Partial(content="{{ title }}"),
        ("layout", "bare"): Layout(html_layout="{{ content }}"),
        ("layout", "main"): Layout(html_layout="<body>{{ content }}</body>", text_layout="{{ content }}"),
    }


def test_folders_as_knock_writes_them(tmp_path: Path) -> None:
    assert templates(tmp_path, KNOCK) == {
        ("partial", "footer"): Partial(
            content="*{{ title }}*",
            name="Footer",
            type=PartialType.MARKDOWN,
            description="Below",
            visual_block_enabled=True,
            icon_name="Flag",
            input_schema=({"type": "text", "key": "title", "label": "Title"},),
        ),
        ("layout", "default"): Layout(
            html_layout="<body>{{ content }}</body>",
            text_layout="{{content}}\n",
            name="Default",
            footer_links=(FooterLink("Help", "https://example.org"),),
        ),
    }


def test_every_mistake_has_its_file_and_its_line(tmp_path: Path) -> None:
    files = {
        "channels/email.yaml": OUTBOX,
        "layouts/a.liquid": "<p>\n{{ content }}\n{{ content }}\n{% render 'fooder' %}",
        "layouts/a.text.liquid": "nothing",
        "layouts/b.text.liquid": "{{ content }}",
        "layouts/b.html": "{{ content }}",
        "layouts/c.liquid": "{% for x in y %}\n{{ content }}{% endfor %}{{ secrets.key }}",
        "layouts/d/layout.yaml": "key: e\nhtml_layout: |\n  x\n  {% if %}\nis_mjml: true\nfoter_links: []",
        "layouts/e/layout.yaml": "key: d\nhtml_layout: |\n  x\n  {% if %}{{ content }}\nis_mjml: true",
        "layouts/f/layout.json": '{"html_layout@": "x.html"}',
        "layouts/g/layouts.json": "{}",
        "partials/footer.liquid": "\n{% render 'missing' %}{{ x | nonsense }}",
        "partials/one.liquid": "{% render 'two' %}",
        "partials/two.liquid": "{% render 'one' %}",
        "partials/no key.liquid": "x",
        "partials/two/partial.json": '{"content": "x", "type": "pdf"}',
        "workflows/x.yaml": MAIL % "main",
        "workflows/y.yaml": MISSPELT,
    }
    where = (
        "this is not channels/<key>.yaml, workflows/<key>.yaml, workflows/<key>/workflow.yaml, layouts/<key>.liquid, "
        "partials/<key>.liquid, audiences/<key>/audience.yaml, channel_groups/<key>.yaml, "
        "translations/<locale>/<locale>.json, variables.yaml, "
        "public_variables.yaml, categories.yaml or preferences.yaml"
    )
    assert mistakes(tmp_path, files) == [
        "layouts/a.liquid:3: a layout must print {{ content }} once; it does so in line 2 already",
        "layouts/a.liquid:4: there is no partial 'fooder'; did you mean 'footer'?",
        "layouts/a.text.liquid:1: a layout must print {{ content }} once; this does not",
        f"layouts/b.html:1: {where}",
        "layouts/b.text.liquid:1: there is no layouts/b.liquid beside this file",
        "layouts/c.liquid:2: a layout must print {{ content }} once; this is in a loop",
        "layouts/c.liquid:2: secrets are for http_fetch steps only: what others make is stored, and shown",
        "layouts/d/layout.yaml:6: there is no 'foter_links' here; did you mean 'footer_links'?",
        "layouts/e/layout.yaml:1: the key is 'e', as the file or its folder is called; leave this out",
        "layouts/e/layout.yaml:4: this is not Liquid: missing expression",
        "layouts/e/layout.yaml:5: MJML begins with <mjml>; 'html_layout' does not",
        "layouts/f/layout.json:1: there is no file 'x.html'",
        f"layouts/g/layouts.json:1: {where}",
        "partials/footer.liquid:2: this is not Liquid: unknown filter 'nonsense'",
        "partials/no key.liquid:1: the file's name must be a key: letters, digits, - and _, then .liquid",
        "partials/one.liquid:1: a partial must not render itself: one → two → one",
        "partials/two.liquid:1: a partial must not render itself: two → one → two",
        "partials/two/partial.json:1: the partial 'two' stands in partials/two.liquid too; keep one of them",
        "workflows/x.yaml:1: there is no layout 'main'; there are a, c, e",
        "workflows/y.yaml:6: there is no partial 'fotter'; did you mean 'footer'?",
    ]


def test_templates_may_name_those_of_the_environment(tmp_path: Path) -> None:
    stored = SharedTemplates({"main": Layout(html_layout="{{ content }}")}, {"footer": Partial(content="x")})
    files = {
        "channels/email.yaml": OUTBOX,
        "layouts/other.liquid": "{{ content }}{% render 'footer' %}",
        "workflows/x.yaml": "steps: [{ref: a, email: {subject: \"{% render 'footer' %}\", html: y, layout_key: main}}]",
    }
    read = read_configuration(write_files(tmp_path, files), {}, Available(shared=stored))
    (workflow,) = (each.workflow for each in read.workflows)
    assert (workflow.layouts, workflow.partials) == (["main"], ("footer",))


def test_a_partial_may_not_come_back_to_itself_by_one_that_is_stored(tmp_path: Path) -> None:
    stored = SharedTemplates({}, {"a": Partial(content="{% render 'b' %}"), "b": Partial(content="x")})
    assert mistakes(tmp_path, {"partials/b.liquid": "\n{% render 'a' %}"}, stored) == [
        "partials/b.liquid:1: a partial must not render itself: a → b → a",
        "partials/b.liquid:1: a partial must not render itself: b → a → b",
    ]


def test_partials_are_five_deep(tmp_path: Path) -> None:
    chain = {f"partials/p{n}.liquid": f"{{% render 'p{n + 1}' %}}" for n in range(1, 5)}
    assert len(templates(tmp_path / "five", {**chain, "partials/p5.liquid": "x"})) == 5
    deeper = {**chain, "partials/p5.liquid": "{% render 'p6' %}", "partials/p6.liquid": "x"}
    assert mistakes(tmp_path / "six", deeper) == [
        "partials/p1.liquid:1: partials may render each other 5 deep: p1 → p2 → p3 → p4 → p5 → p6"
    ]


def test_what_is_too_long_or_cannot_be_stored_is_refused(tmp_path: Path) -> None:
    files = {"partials/long.liquid": "x" * 200_001, "partials/nul.liquid": "a\0b"}
    assert mistakes(tmp_path, files) == [
        "partials/long.liquid:1: this has at most 200,000 characters",
        "partials/nul.liquid:1: a text must not hold the character NUL",
    ]


def test_an_environment_has_a_limited_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_TEMPLATES", 2)
    stored = SharedTemplates({}, {"a": Partial(content="x"), "b": Partial(content="x")})
    assert mistakes(tmp_path, {"partials/c.liquid": "x"}, stored) == [
        "partials/c.liquid:1: an environment has at most 2 partials"
    ]


def test_what_is_not_utf_8_is_told_of(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"partials/a.liquid": ""})
    (folder / "partials" / "a.liquid").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError) as error:
        read_configuration(folder, {})
    assert list(map(str, error.value.problems)) == ["partials/a.liquid:1: this cannot be read, or is not UTF-8"]


def test_mjml_stands_in_a_layout_of_mjml(tmp_path: Path) -> None:
    mail = "steps: [{ref: a, email: {subject: x, html: <mj-text>y</mj-text>, is_mjml: true, layout_key: %s}}]"
    files = {
        "channels/email.yaml": OUTBOX,
        "layouts/html.liquid": "<html>{{ content }}</html>",
        "layouts/mjml/layout.yaml": "is_mjml: true\nhtml_layout: <mjml><mj-body>{{ content }}</mj-body></mjml>",
        "workflows/x.yaml": mail % "mjml",
    }
    assert len(templates(tmp_path, files)) == 2
    assert mistakes(tmp_path, {**files, "workflows/x.yaml": mail % "html"}) == [
        "workflows/x.yaml:1: the layout 'html' is HTML; MJML needs one that begins with <mjml>"
    ]
    blocks = "steps: [{ref: a, email: {subject: x, visual_blocks: [{type: divider}], layout_key: mjml}}]"
    assert len(templates(tmp_path, {**files, "workflows/x.yaml": blocks})) == 2


CARD = """
visual_block_enabled: true
content: "{{ title }}{{ kind }}"
input_schema:
  - {type: text, key: title, label: Title, settings: {required: true}}
  - {type: select, key: kind, label: Kind, settings: {options: [{value: info}, {value: warning}]}}
"""

WITH_CARDS = """
steps:
  - ref: mail
    email:
      subject: x
      visual_blocks:
        - {type: partial, key: card, attrs: {title: "{{ data.title }}", kind: "{{ data.kind }}", more: 1}}
        - {type: partial, key: card, attrs: {title: x, kind: danger}}
        - type: row
          columns:
            - blocks: [{type: divider}]
            - blocks:
                - {type: partial, key: card, attrs: {kind: info}}
"""


def test_what_blocks_give_to_partials_fits_their_inputs(tmp_path: Path) -> None:
    files = {"channels/email.yaml": OUTBOX, "partials/card/partial.yaml": CARD, "workflows/x.yaml": WITH_CARDS}
    assert mistakes(tmp_path, files) == [
        "workflows/x.yaml:8: this must be one of info, warning",
        "workflows/x.yaml:13: the partial needs 'title', which has no default",
    ]


def test_inputs_of_partials_have_a_form(tmp_path: Path) -> None:
    inputs = "\n  - {type: hologram, key: a}\n  - {type: text, key: 'a b'}\n  - {type: boolean}\n  - {key: c}"
    assert mistakes(tmp_path, {"partials/card/partial.yaml": f"content: x\ninput_schema:{inputs}"}) == [
        "partials/card/partial.yaml:3: there is no type 'hologram'; there are text, textarea, url, markdown,"
        " boolean, select, multi_select, json, button, image",
        "partials/card/partial.yaml:4: 'a b' does not match '^[A-Za-z][A-Za-z0-9_]*$'",
        "partials/card/partial.yaml:5: 'key' is missing",
        "partials/card/partial.yaml:6: 'type' is missing",
    ]


def test_a_mistake_in_a_block_is_told_where_it_is(tmp_path: Path) -> None:
    blocks = "[{type: divder}, {type: markdown}, {type: row, columns: [{blocks: [{type: image, url: x, wdth: 1}]}]}]"
    workflow = f"steps: [{{ref: a, email: {{subject: x, visual_blocks: {blocks}}}}}]"
    assert mistakes(tmp_path, {"channels/email.yaml": OUTBOX, "workflows/x.yaml": workflow}) == [
        "workflows/x.yaml:1: 'content' is missing",
        "workflows/x.yaml:1: there is no 'wdth' here; there are type, id, version, url, alt, action, layout_attrs,"
        " style_attrs",
        "workflows/x.yaml:1: there is no type 'divder'; did you mean 'divider'?",
    ]


def test_settings_of_channels_render_no_partials(tmp_path: Path) -> None:
    channel = "type: http\nprovider: webhook\nsettings:\n  url: \"https://example.com/{% render 'a' %}\""
    assert mistakes(tmp_path, {"channels/hook.yaml": channel, "partials/a.liquid": "x"}) == [
        "channels/hook.yaml:4: settings of channels cannot render partials; templates can"
    ]


def test_steps_of_every_kind_may_render_partials(tmp_path: Path) -> None:
    workflow = "steps: [{ref: a, type: update_data, settings: {set: {x: \"{% render 'a' %}\"}}}]"
    files = {"partials/a.liquid": "x", "workflows/x.yaml": workflow}
    (read,) = read_configuration(write_files(tmp_path, files), {}).workflows
    assert read.workflow.partials == ("a",)
