"""Reads pages as a browser does: their forms, and their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

VOID = frozenset({"base", "meta", "link", "input", "img", "source", "br", "hr", "wbr", "col"})


@dataclass
class Element:
    """An element, with the elements and texts in it."""

    name: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    content: list[Element | str] = field(default_factory=list)

    def all(self, name: str, /, **attributes: str) -> list[Element]:
        """Returns the elements of a name below this one that have these attributes."""
        return [each for each in self.below() if each.name == name and attributes.items() <= each.attributes.items()]

    def one(self, name: str, /, **attributes: str) -> Element:
        (found,) = self.all(name, **attributes)
        return found

    def below(self) -> Sequence[Element]:
        found: list[Element] = []
        for each in self.content:
            if isinstance(each, Element):
                found += [each, *each.below()]
        return found

    @property
    def text(self) -> str:
        """The text, with one space for each gap; without Unicode's isolates."""
        parts = (each if isinstance(each, str) else each.text for each in self.content)
        return " ".join(" ".join(parts).split()).replace("\u2068", "").replace("\u2069", "")


class Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document")]

    @classmethod
    def parse(cls, html: str) -> Self:
        parser = cls()
        parser.feed(html)
        parser.close()
        assert [each.name for each in parser.open] == ["document"], "An element is not closed."
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].content.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().name == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def parse(html: str) -> Element:
    return Parser.parse(html).open[0]


def fields_of(form: Element) -> list[tuple[str, str]]:
    """Returns what a browser sends of a form as it is shown, without what its buttons add."""
    return [
        (field.attributes["name"] or "", value_of(field))
        for field in form.below()
        if field.name in {"input", "select", "textarea"}
        and "name" in field.attributes
        and "disabled" not in field.attributes
        and (field.attributes.get("type") not in {"checkbox", "radio"} or "checked" in field.attributes)
    ]


def value_of(field: Element) -> str:
    """Returns the value of a field as it is shown."""
    if field.name == "textarea":
        # The first line break after the tag is not part of the value.
        text = "".join(each for each in field.content if isinstance(each, str))
        return text.removeprefix("\n")
    if field.name == "select":
        options = field.all("option")
        chosen = [each for each in options if "selected" in each.attributes] or options[:1]
        return next((each.attributes.get("value") or each.text for each in chosen), "")
    return field.attributes.get("value") or ""
