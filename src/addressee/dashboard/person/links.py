"""Links to the pages of a person: preferences, and the inbox."""

from __future__ import annotations

from collections.abc import Mapping

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.person.subject import RecipientRoutes, act
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import EDITOR
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.recipient import USERS, Recipient

routes = RecipientRoutes("links")

PURPOSES: Mapping[str, Purpose] = {"preferences": Purpose.PREFERENCES, "inbox": Purpose.INBOX}


@routes.change("/links", EDITOR)
async def make_link(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Makes a link and shows it, this once. Raises PageMissingError for who or what has none."""
    name = form.text("purpose")
    if recipient.place.collection != USERS or name not in PURPOSES:
        raise PageMissingError("Only people have pages, for preferences and for the inbox.")
    await visit.record(act(recipient, "make_link"), *recipient.place[1:], purpose=name)
    made = await visit.services.links.make(PURPOSES[name], recipient.identity)
    link = visit.asked.info.base_url + made.path
    return page(visit, "person/link.html", recipient=recipient, name=name, link=link, expires_at=made.expires_at)
