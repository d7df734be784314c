"""Puts style sheets into the head of an e-mail: there, more mail programs heed them."""

from __future__ import annotations

import re

from addressee.channels.email.html.scanner import RAW, RAW_END, TOKEN

HEAD = re.compile(r"<head(?=[\s/>])[^<>]*+>", re.IGNORECASE)
END_OF_HEAD = re.compile(r"</head(?=[\s/>])", re.IGNORECASE)
SHEET = re.compile(r"<style(?=[\s/>])", re.IGNORECASE)


def with_first_sheet(html: str, sheet: str) -> str:
    """Returns an e-mail with a `<style>` element in front of all others: each of them prevails over it."""
    head = HEAD.search(html)
    place = 0 if head is None else head.end()
    return f"{html[:place]}{sheet}{html[place:]}" if sheet else html


def with_sheets_in_head(html: str) -> str:
    """Returns an e-mail whose `<style>` elements stand in its head, in their order, each of them once.

    Those in comments, which only Outlook reads, stay where they are; all do if the e-mail has no head.
    """
    end = END_OF_HEAD.search(html)
    if end is None or SHEET.search(html, end.end()) is None:
        return html
    end_of_head: int | None = None
    sheets: dict[str, None] = {}
    kept: list[str] = []
    place = last = 0
    while (found := TOKEN.search(html, place)) is not None:
        place = found.end()
        name = (found["name"] or "").lower()
        if found["end"]:
            if name == "head" and end_of_head is None:
                end_of_head = found.start()
        elif name in RAW:
            end_tag = RAW_END[name].search(html, place)
            if end_tag is None:
                break
            place = html.find(">", end_tag.end()) + 1 or len(html)
            if name == "style" and end_of_head is not None:
                sheets[html[found.start() : place]] = None
                kept.append(html[last : found.start()])
                last = place
    if end_of_head is None:
        return html
    rest = "".join([*kept, html[last:]])
    return f"{rest[:end_of_head]}{''.join(sheets)}{rest[end_of_head:]}"
