"""JSON and PO become texts by key, and are written from them."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.content.templating.translations import Translations, keys_of_name
from addressee.messaging.workflows.translations.formats import ContentError, Format, read_texts, written

JSON, PO = Format.JSON, Format.PO

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
POLISH = '"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"\n'
FRENCH = '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n'


def texts(content: str, format: Format = JSON, tag: str = "en") -> dict[str, str]:
    return dict(read_texts(content, format, tag).texts)


def problems(content: str, format: Format) -> list[tuple[int, str]]:
    with pytest.raises(ContentError) as error:
        read_texts(content, format, "en")
    return [(line, message) for line, message in error.value.problems]


def test_keys_of_nested_objects_are_joined_by_dots() -> None:
    assert texts('{"a": "x", "b": {"c": "y", "d.e": {"f": "z"}}, "empty": {}}') == {
        "a": "x",
        "b.c": "y",
        "b.d.e.f": "z",
    }


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{\n"a": 1,\n"b": {"c": [],\n"d": null}}', [(2, "'a' must be a text"), (3, "'b.c' must"), (4, "'b.d' must")]),
        ('{"a": {"b": "x"},\n\n"a.b": "y"}', [(3, "'a.b' is given twice")]),
        ('{"a": "x",\n "a": "y"}', [(2, "'a' is given twice")]),
        ('{"a": "x",\n}', [(1, "this is not JSON: the last item has no comma after it")]),
        ("[]", [(1, "this must be an object of texts, and of objects of texts")]),
        ('"x"', [(1, "this must be an object of texts, and of objects of texts")]),
        ("", [(1, "this is not JSON: expecting value")]),
        ('{"a": NaN}', [(1, "this is not JSON")]),
        ('{"": "x"}', [(1, "a key must not be empty")]),
        ('{"a": "\\u0000"}', [(1, "a text must not hold the character NUL")]),
        ('{"a": "\\ud800"}', [(1, "a text must not hold the character NUL or half")]),
        (json.dumps({"a" * 2_001: "x"}), [(1, "a key has at most 2,000 characters")]),
        (json.dumps({"a": "x" * 500_000}), [(1, "a translation has at most 500,000 characters")]),
        (json.dumps({str(number): "" for number in range(10_001)}), [(1, "a translation has at most 10,000 texts")]),
        ('{"a":' * 5_000 + '""' + "}" * 5_000, [(1, "")]),
    ],
)
def test_a_problem_of_json_has_its_line(content: str, expected: list[tuple[int, str]]) -> None:
    found = problems(content, JSON)
    assert [line for line, _ in found] == [line for line, _ in expected]
    assert all(message.startswith(start) for (_, message), (_, start) in zip(found, expected, strict=True))


def test_the_key_of_a_text_in_po_is_its_msgid() -> None:
    content = HEADER + '\n# A note.\nmsgid "shop.hi"\nmsgstr "Hej "\n"{{ name }}\\n"\n\nmsgid "Bye. Now"\nmsgstr "Pa"\n'
    assert texts(content, PO) == {"shop.hi": "Hej {{ name }}\n", "Bye. Now": "Pa"}
    read = read_texts(content, PO, "en")
    assert [read.line_of(key) for key in read.texts] == [6, 10]


def test_messages_that_are_not_translated_yet_are_left_out() -> None:
    content = '#, fuzzy\nmsgid "a"\nmsgstr "x"\n\nmsgid "b"\nmsgstr ""\n\n#~ msgid "c"\n#~ msgstr "y"\n\n'
    assert texts(content + 'msgid "d"\nmsgid_plural "d"\nmsgstr[0] "z"\nmsgstr[1] ""\n', PO) == {}


def test_forms_of_a_plural_follow_the_key() -> None:
    content = 'msgid "orders"\nmsgid_plural "orders"\nmsgstr[0] "one"\nmsgstr[1] "{{ count }}"\n'
    assert texts(content, PO) == {"orders.zero": "{{ count }}", "orders.one": "one", "orders.other": "{{ count }}"}


@pytest.mark.parametrize(
    ("tag", "header", "forms"),
    [
        ("pl", POLISH, ["rzecz", "rzeczy", "rzeczy (wiele)"]),
        ("fr", FRENCH, ["commande", "commandes"]),
    ],
)
def test_each_number_has_the_form_that_the_header_says(tag: str, header: str, forms: list[str]) -> None:
    stated = "".join(f'msgstr[{index}] "{form}"\n' for index, form in enumerate(forms))
    known = Translations({tag: {"": texts(f'{HEADER}{header}\nmsgid "a"\nmsgid_plural "a"\n{stated}', PO, tag)}})

    def index_of(number: int) -> int:
        if tag == "fr":
            return int(number > 1)
        few = 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14
        return 0 if number == 1 else 1 if few else 2

    for number in range(250):
        assert known.of(tag).find(keys_of_name("a"), number) == forms[index_of(number)], number


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('msgid "a"\n\nmsgid "b"\nmsgstr "x"\n', 1, "this is not PO: missing msgstr for msgid 'a'"),
        ('msgid "a"\nmsgstr x\n', 2, "this is not PO: a line is a keyword, like msgid, and a text in quotes"),
        ('msgid "a"\nmsgstr[x] "y"\n', 2, "this is not PO: a line is"),
        ('msgid "a"\nmsgstr "y\n', 2, "this is not PO: a line is"),
        ('\n"x"\n', 2, "this is not PO: "),
        ('{"a": "x"}', 1, "this is not PO: a line is"),
        ('msgctxt "z"\nmsgid "a"\nmsgstr "b"\n', 2, "a message has no 'msgctxt' here"),
        (HEADER + '"Plural-Forms: nplurals=99999999; plural=0;\\n"\n', 4, "a language has at most 6 forms"),
        (HEADER + '"Plural-Forms: nplurals=x; plural=0;\\n"\n', 1, "this is not PO"),
    ],
)
def test_a_problem_of_po_has_its_line(content: str, line: int, message: str) -> None:
    ((found, told),) = problems(content, PO)
    assert found == line
    assert told.startswith(message)


@pytest.mark.parametrize("rule", ["foo", "n%0", "(" * 300])
def test_a_rule_for_plurals_must_be_one(rule: str) -> None:
    header = f'"Plural-Forms: nplurals=2; plural={rule};\\n"\n'
    content = HEADER + header + '\nmsgid "a"\nmsgid_plural "a"\nmsgstr[0] "x"\nmsgstr[1] "y"\n'
    with pytest.raises(ContentError, match="the header's 'Plural-Forms' is not a rule for plurals"):
        texts(content, PO)


KEYS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
SAID = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=1, max_size=40)


@given(st.dictionaries(KEYS, SAID, max_size=8), st.sampled_from(Format))
def test_texts_are_read_again_as_they_are_written(known: dict[str, str], format: Format) -> None:
    assert texts(written(known, format, "nl-BE"), format, "nl-be") == known


@given(st.text(max_size=200), st.sampled_from(Format))
def test_whatever_is_pushed_is_read_or_refused(content: str, format: Format) -> None:
    with suppress(ContentError):
        texts(content, format)
