"""Pages of lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from addressee.database.paging import Page, PageRequest, build_page
from addressee.dialects.management.shapes.common import PageInfo

Entry = TypeVar("Entry")


class Comparable(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


def page_of(found: Sequence[Entry], page: PageRequest[Any], position: Callable[[Entry], Comparable]) -> Page[Entry]:
    """Returns a page of a list that was read whole, which stands in the order of its positions."""
    if page.backwards:
        rest = [entry for entry in found if position(entry) < page.before][-(page.size + 1) :]
    else:
        rest = [entry for entry in found if page.after is None or page.after < position(entry)][: page.size + 1]
    return build_page(rest, page, position)


def page_info(page: Page[Any]) -> PageInfo:
    return PageInfo(after=page.after, before=page.before, page_size=page.size)
