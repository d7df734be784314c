"""Small pages that begin together: of triggers of one kind, and in the order of each recipient's triggers. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from addressee.directory.recipient import Place
from addressee.messaging.runs.model import PAGE_SIZE, Begin
from addressee.messaging.runs.store import Run
from addressee.messaging.runs.waiting_pages import WaitingPage
from addressee.messaging.steps.machine import Pass
from addressee.messaging.steps.run import RecipientRun


@dataclass(frozen=True, slots=True)
class SmallPage:
    """A page with its trigger, its new runs, and as it was read."""

    page: Begin
    trigger: Run
    runs: Sequence[RecipientRun]
    waiting: WaitingPage

    @property
    def places(self) -> set[Place]:
        return {run.recipient.place for run in self.runs}


def first_of_one_kind(pages: Sequence[SmallPage]) -> tuple[list[SmallPage], list[SmallPage]]:
    """Returns the pages that begin together with the first one, PAGE_SIZE runs at most, and the others.

    A page is not among the former where one before it tells the same recipient and is not, or is of the same trigger.
    """
    together: list[SmallPage] = []
    others: list[SmallPage] = []
    behind: set[Place] = set()
    size = 0
    for each in pages:
        size += len(each.runs)
        if each.trigger.kind == pages[0].trigger.kind and behind.isdisjoint(each.places) and size <= PAGE_SIZE:
            together.append(each)
        else:
            others.append(each)
            behind |= each.places
    return together, others


def without_those_behind(
    pages: Sequence[SmallPage], left: Collection[SmallPage]
) -> tuple[list[SmallPage], list[SmallPage]]:
    """Returns the pages of which none tells a recipient of those that are left, and the others."""
    places = {place for each in left for place in each.places}
    return (
        [each for each in pages if places.isdisjoint(each.places)],
        [each for each in pages if not places.isdisjoint(each.places)],
    )


def those_that_end(pages: Sequence[SmallPage], passes: Sequence[Pass]) -> tuple[list[SmallPage], list[SmallPage]]:
    """Returns the pages whose runs wait or end with this pass, whatever is answered, and the others.

    One behind another that goes on has to wait for that.
    """
    of_pages = iter(passes)
    ending: list[SmallPage] = []
    others: list[SmallPage] = []
    behind: set[Place] = set()
    for each in pages:
        own = list(islice(of_pages, len(each.runs)))
        if all(taken.request is None or taken.request.ends_pass for taken in own) and behind.isdisjoint(each.places):
            ending.append(each)
        else:
            others.append(each)
            behind |= each.places
    return ending, others
