"""Translations in a folder: what is taken, and what a push tells of mistakes and of texts that are missing."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from addressee.messaging.content.templating import liquid
from addressee.messaging.workflows.configuration import Configuration, ConfigurationError, read_configuration
from addressee.messaging.workflows.translations.files import is_simple
from addressee.messaging.workflows.translations.formats import Format
from tests.messaging.office import IN_APP, OUTBOX, write_files

CHANNELS = {"channels/in-app.yaml": IN_APP, "channels/email.yaml": OUTBOX}
PO = 'msgid ""\nmsgstr ""\n\nmsgid "hi"\nmsgstr "Dag"\n'


def feed(body: str) -> str:
    return f"steps:\n  - ref: feed\n    in_app:\n      body: |\n        {body}\n"


def configuration(folder: Path, files: Mapping[str, str]) -> Configuration:
    return read_configuration(write_files(folder, {**CHANNELS, **files}), {})


def problems(folder: Path, files: Mapping[str, str]) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        configuration(folder, files)
    return list(map(str, error.value.problems))


def warnings(folder: Path, files: Mapping[str, str]) -> list[str]:
    return list(map(str, configuration(folder, files).warnings))


def test_the_name_of_a_file_says_its_locale_and_namespace(tmp_path: Path) -> None:
    read = configuration(
        tmp_path,
        {
            "translations/en/en.json": '{"hi": "Hi"}',
            "translations/nl-BE/shop.nl-BE.po": PO,
            "translations/pt_br/pt_BR.json": "{}",
            "translations/README.md": "Texts.",
        },
    )
    assert [(*each.key, each.translation.format, dict(each.translation.texts)) for each in read.translations] == [
        ("en", "", Format.JSON, {"hi": "Hi"}),
        ("nl-BE", "shop", Format.PO, {"hi": "Dag"}),
        ("pt-BR", "", Format.JSON, {}),
    ]


def test_a_translation_is_kept_as_it_was_written(tmp_path: Path) -> None:
    text = '{ "hi" :\r\n  "H\\u00e9" }'
    write_files(tmp_path, {}).joinpath("translations/fr").mkdir(parents=True)
    (tmp_path / "translations/fr/fr.json").write_bytes(text.encode())
    ((key, document),) = read_configuration(tmp_path, {}).documents.items()
    assert str(key) == "translation fr"
    assert document.files == {"translations/fr/fr.json": text}
    assert json.loads(document.text)["locale_code"] == "fr"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"translations/nl/fr.json": "{}"},
            ["translations/nl/fr.json:1: the file's name must be nl.json, or <namespace>.nl.json"],
        ),
        (
            {"translations/nl/.nl.json": "{}", "translations/nl/nl.json": "[]"},
            ["translations/nl/nl.json:1: this must be an object of texts, and of objects of texts"],
        ),
        (
            {"translations/dutch/dutch.json": "{}"},
            ["translations/dutch/dutch.json:1: 'dutch' is no locale; one is like nl or nl-BE"],
        ),
        (
            {"translations/nl/a b.nl.json": "{}"},
            ["translations/nl/a b.nl.json:1: a namespace has letters, digits, - and _ only"],
        ),
        (
            {"translations/nl/nl.json": "{}", "translations/nl/nl.po": PO},
            ["translations/nl/nl.po:1: the translation 'nl' stands in translations/nl/nl.json too; keep one of them"],
        ),
        (
            {"translations/nl-BE/nl-BE.json": "{}", "translations/nl_be/nl_be.json": "{}"},
            [
                "translations/nl_be/nl_be.json:1: the translation 'nl-BE' stands in translations/nl-BE/nl-BE.json too; "
                "keep one of them"
            ],
        ),
        (
            {"translations/nl/nl.json": '{\n  "hi": "{{ name",\n  "bye": {"a": "{% render \'x\' %}"}\n}'},
            [
                "translations/nl/nl.json:2: 'hi' is not Liquid: expected '}}', found end of file",
                "translations/nl/nl.json:3: 'bye.a' must not render a partial or another text; the template that names "
                "it may",
            ],
        ),
        (
            {"translations/nl/nl.json": '{"a": "{{ \'b\' | t }}",\n"c": "{{ secrets.key }}"}'},
            [
                "translations/nl/nl.json:1: 'a' must not render a partial or another text; the template that names it "
                "may",
                "translations/nl/nl.json:2: secrets are for http_fetch steps only: what others make is stored, and "
                "shown",
            ],
        ),
        (
            {"translations/nl/nl.po": PO.replace('msgstr "Dag"', "msgstr Dag")},
            ["translations/nl/nl.po:5: this is not PO: a line is a keyword, like msgid, and a text in quotes"],
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, files: Mapping[str, str], told: list[str]) -> None:
    assert problems(tmp_path, files) == told


@pytest.mark.parametrize("name", ["translations/nl.json", "translations/nl.po", "translations/nl/nl.yaml"])
def test_a_file_in_another_place_is_told(tmp_path: Path, name: str) -> None:
    (told,) = problems(tmp_path, {name: "{}"})
    assert told.startswith(f"{name}:1: this is not channels/<key>.yaml")


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    write_files(tmp_path, {"translations/nl/nl.json": ""})
    (tmp_path / "translations/nl/nl.json").write_bytes(b'{"a": "\xff"}')
    assert problems(tmp_path, {}) == ["translations/nl/nl.json:1: this file cannot be read, or is not UTF-8"]


def test_what_is_taken_for_simple() -> None:
    simple = ["", "Hi", "{ a }", "Hi {{ name }}, {{recipient.name}}!", "100 %}", "{{ secret }}"]
    other = ["{{ name | upcase }}", "{{ secrets.key }}", "{{ a.null }}", "{{ a[0] }}", "{{ 'a' | t }}", "{% t %}"]
    other += ["{{ a", "{{{ a }}"]
    assert [is_simple(text) for text in (*simple, *other)] == [True] * len(simple) + [False] * len(other)


PARTS = [
    *("{{", "}}", "{{a}}", "{{ b }}", " ", "{", "}", "%", "-", "a", "b.c", "."),
    *("not", "secrets", "nil", "|", "'x'", "t", "1", "render"),
]


@example("{{{a}}")
@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_a_simple_text_is_liquid_that_only_prints_values(text: str) -> None:
    if is_simple(text):
        template = liquid.parse(text)
        assert (template.partials, template.translations) == ((), ())
        assert liquid.uses_of(text, "secrets") == ()


TEXTS = {
    "translations/en/en.json": '{"hi": "Hi", "orders": {"one": "One", "other": "{{ count }}"}}',
    "translations/nl/shop.nl.json": '{"closed": "Dicht"}',
}


@pytest.mark.parametrize(
    ("template", "warning"),
    [
        ("{{ 'hi' | t }} {{ 'shop:closed' | t }} {{ 'orders' | t: count: 2 }} {{ 'hi' | t: count: 2 }}", None),
        ("{{ data.key | t }} {% t %}Whatever{% endt %}", None),
        ("{{ 'hy' | t }}", "no translation has the text 'hy': its key will be shown"),
        ("{{ 'shop:hi' | t }}", "no translation has the text 'shop:hi': its key will be shown"),
        (
            "{{ 'shop:close' | t }}",
            "no translation has the text 'shop:close': its key will be shown; did you mean 'shop:closed'?",
        ),
        ("{{ 'orders' | t }}", "the text 'orders' has forms for numbers; give it one: t: count: data.count"),
        ("{{ 'hi' | t: 'Ada' }}", "values of a text have names: t: name: recipient.name"),
    ],
)
def test_texts_that_are_missing_are_warned_of(tmp_path: Path, template: str, warning: str | None) -> None:
    files = {**TEXTS, "workflows/a.yaml": feed(f"x\n        {template}")}
    told = [] if warning is None else [f"workflows/a.yaml:6: {warning}"]
    assert warnings(tmp_path, files) == told


def test_texts_of_layouts_and_partials_are_warned_of_too(tmp_path: Path) -> None:
    files = {
        **TEXTS,
        "layouts/main.liquid": "{{ content }}\n{{ 'a' | t }}",
        "partials/card.liquid": "{{ 'b' | t }}",
        "partials/fine.liquid": "{{ 'hi' | t }}",
    }
    assert sorted(warnings(tmp_path, files)) == [
        "layouts/main.liquid:2: no translation has the text 'a': its key will be shown",
        "partials/card.liquid:1: no translation has the text 'b': its key will be shown",
    ]


def test_a_workflow_holds_the_namespaces_of_its_texts(tmp_path: Path) -> None:
    bodies = {"a": "{{ 'shop:closed' | t }}", "b": "{{ data.x | t }}{{ 'hi' | t }}", "c": "{{ data.x }}"}
    files = {f"workflows/{key}.yaml": feed(body) for key, body in bodies.items()}
    read = configuration(tmp_path, {**TEXTS, **files})
    assert [each.workflow.namespaces for each in read.workflows] == [("", "shop"), ("", "*"), ()]
