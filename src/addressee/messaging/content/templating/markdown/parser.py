"""A parser of CommonMark whose work and output grow with the length of a text, whatever that says."""

from __future__ import annotations

from typing import Any

from liquid.exceptions import OutputStreamLimitError
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

# The most tokens that are looked at for ends of links' texts: some for each character, and some for any text. A text of
# links alone has fewer than one for each character; brackets within brackets would have twenty.
LABEL_TOKENS_PER_CHARACTER = 2
LABEL_TOKENS_OF_ANY = 1_000

# The most characters of URLs and titles that references take from their definitions. A definition may be long, and
# each reference repeats it.
MAX_REFERRED = 1_000_000

LABEL_TOKENS = "label tokens"
REFERENCES = "references"


class References(dict[str, dict[str, Any]]):
    """Definitions of references by their labels, of which links take what they lead to."""

    referred = 0

    def get(self, label: str, default: Any = None) -> Any:
        """Returns the definition of a label. Raises OutputStreamLimitError."""
        found = super().get(label, default)
        if found is not None:
            self.referred += len(found["href"]) + len(found["title"])
            if self.referred > MAX_REFERRED:
                raise OutputStreamLimitError(
                    f"references in markdown repeat more than {MAX_REFERRED:,} characters of URLs", token=None
                )
        return found


class BoundedInline(ParserInline):
    """The parser of what stands in a paragraph. A bracket is a text once too much was looked at to find its end."""

    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        state.env[LABEL_TOKENS] -= 1
        if state.env[LABEL_TOKENS] < 0:
            state.pos = state.posMax
        else:
            super().skipToken(state)


class BoundedMarkdown(MarkdownIt):
    """A parser of CommonMark."""

    def __init__(self) -> None:
        super().__init__("commonmark")
        inline = BoundedInline()
        inline.ruler, inline.ruler2 = self.inline.ruler, self.inline.ruler2
        self.inline = inline

    def parse(self, src: str, env: EnvType | None = None) -> list[Token]:
        """Raises OutputStreamLimitError."""
        tokens = LABEL_TOKENS_OF_ANY + LABEL_TOKENS_PER_CHARACTER * len(src)
        return super().parse(src, {**(env or {}), REFERENCES: References(), LABEL_TOKENS: tokens})
