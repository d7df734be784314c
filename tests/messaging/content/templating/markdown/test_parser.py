"""The parser of markdown: what it does for a text grows with the text's length alone, whatever that says."""

import pytest
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline

from addressee.channels.links import SCHEMES
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.filters import markup
from addressee.messaging.content.templating.liquid import TemplateError, render
from addressee.messaging.content.templating.markdown.parser import (
    LABEL_TOKENS_OF_ANY,
    LABEL_TOKENS_PER_CHARACTER,
    MAX_REFERRED,
    BoundedMarkdown,
)
from addressee.messaging.content.templating.markdown.rendering import to_html
from tests.messaging.content.templating.test_hostile_values import VALUES

FILTER = "{{ v | from_markdown }}"

# Each of the 500 links repeats what the definition says, which is 2.5 times what may be repeated.
REPEATED = f"[a]: {'b' * 5_000}\n\n{'[a] ' * 500}"

# Links one after the other, with texts that are marked up.
LINKS = "[a](b) " * 500 + "[**a** `b` ![c](d) e](https://example.org/?q=1 'f') " * 100 + "[a][b] [b] [c]\n\n[b]: /b\n"


def tokens_looked_at(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    calls = 0
    skip = ParserInline.skipToken

    def counted(self: ParserInline, state: StateInline) -> None:
        nonlocal calls
        calls += 1
        skip(self, state)

    with monkeypatch.context() as patched:
        patched.setattr(ParserInline, "skipToken", counted)
        markup.html_of.__wrapped__(text)
    return calls


@pytest.mark.parametrize("part", ["[", "![", "[^", "[a][", "[a]![", "[\n"])
def test_ends_of_brackets_are_looked_for_within_a_limit(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = part * 1_000
    assert tokens_looked_at(text, monkeypatch) <= LABEL_TOKENS_OF_ANY + LABEL_TOKENS_PER_CHARACTER * len(text)


def test_brackets_beyond_the_limit_are_a_text() -> None:
    assert markup.html_of(f"{'[' * 1_000}a](x)") == f"<p>{'[' * 1_000}a](x)</p>"


@pytest.mark.parametrize("text", [*VALUES, LINKS, f"{'[' * 15}a{']' * 15}(b)", "![" * 10 + "a" + "](b)" * 10])
def test_texts_are_parsed_as_commonmark(text: str) -> None:
    assert BoundedMarkdown().render(text) == MarkdownIt("commonmark").render(text)


@pytest.mark.parametrize("environment", [liquid.PLAIN, liquid.HTML])
def test_references_repeat_what_they_lead_to_within_a_limit(environment: liquid.BoundedEnvironment) -> None:
    refusal = f"references in markdown repeat more than {MAX_REFERRED:,} characters of URLs"
    with pytest.raises(TemplateError, match=refusal):
        render("{{ v | from_markdown | size }}", {"v": REPEATED}, environment)
    with pytest.raises(TemplateError, match=refusal):
        to_html(REPEATED, {}, SCHEMES)


def test_the_filter_refuses_texts_that_are_too_long_together() -> None:
    assert render(FILTER, {"v": ["a" * 50_000, "b" * 50_000]}).startswith("<p>aaa")
    with pytest.raises(TemplateError, match="from_markdown: a text is longer than 100000; shorten it before"):
        render(FILTER, {"v": ["a" * 50_000, "b" * 50_001]})
