"""The timeline of a recipient: what changed it, its runs and messages, merges, and what operators did, as one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.person.subject import RecipientRoutes
from addressee.dashboard.person.timeline.changes import told
from addressee.dashboard.person.timeline.interleaving import Entry, read_interleaved
from addressee.dashboard.person.timeline.sources import CHANGES, Positions, sources_of
from addressee.dashboard.recipients import recipient_url
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import write_cursor
from addressee.directory.reading.history import RecordedChange
from addressee.directory.recipient import USERS, Recipient
from addressee.operators.model import Role

routes = RecipientRoutes("timeline")

PAGE_SIZE = 50

# The kinds of entries by their sources, as the page calls them.
KINDS: Mapping[str, str] = {
    "changes": "Changes",
    "runs": "Runs",
    "messages": "Messages",
    "merges": "Merges",
    "acts": "Acts of operators",
}


class ShownEntry(NamedTuple):
    """An entry with what is shown of it: a `Told` of a change, or what its service returned."""

    entry: Entry
    shown: Any


@routes.show("/timeline", VIEWER)
async def show_timeline(visit: EnvironmentVisit, recipient: Recipient) -> Answer:
    return await timeline_page(visit, recipient, masked=not visit.may(Role.EDITOR))


@routes.change("/timeline/reveal", VIEWER)
async def reveal_timeline(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Shows the page that the query names with addresses as they are."""
    await visit.record("timeline.reveal", recipient.place.collection, recipient.place.id)
    return await timeline_page(visit, recipient, masked=False)


async def timeline_page(visit: EnvironmentVisit, recipient: Recipient, *, masked: bool) -> Answer:
    kinds = {name: title for name, title in KINDS.items() if name != "merges" or recipient.place.collection == USERS}
    asked = {each for text in visit.query.texts("kind") for each in text.split(",")}
    chosen = [kind for kind in kinds if kind in asked] or list(kinds)
    request = visit.query.page_request(Positions, PAGE_SIZE)
    sources = [source for source in sources_of(visit.services, recipient) if source.name in chosen]
    start = {name: position for name, position in (request.after or Positions())._asdict().items() if position}
    found = await read_interleaved(sources, start, PAGE_SIZE)
    further = None if found.after is None else write_cursor(Positions(**found.after))
    kind = None if len(chosen) == len(kinds) else ",".join(chosen)
    here = (recipient.place.collection, recipient.place.id, "timeline")
    return page(
        visit,
        "person/timeline.html",
        recipient=recipient,
        entries=await shown_entries(visit, found.entries, masked=masked),
        masked=masked,
        kinds=kinds,
        chosen=chosen,
        action=recipient_url(visit, *here),
        reveal=recipient_url(visit, *here, "reveal", kind=kind, after=visit.query.text("after")),
        newest=recipient_url(visit, *here, kind=kind) if start else None,
        older=recipient_url(visit, *here, kind=kind, after=further) if further else None,
    )


async def shown_entries(visit: EnvironmentVisit, entries: Sequence[Entry], *, masked: bool) -> Sequence[ShownEntry]:
    changes: list[RecordedChange] = [entry.subject for entry in entries if entry.source == CHANGES]
    acts = await visit.services.operators.acts.behind(visit.environment.id, [each.request_id for each in changes])
    key_ids = {each.key_id for each in changes if each.key_id is not None}
    keys = await visit.services.issued_keys.described(visit.environment.id, key_ids)
    return [
        ShownEntry(entry, told(entry.subject, acts, keys, masked=masked) if entry.source == CHANGES else entry.subject)
        for entry in entries
    ]
