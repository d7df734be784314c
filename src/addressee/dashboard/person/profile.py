"""The profile: everything that is stored of one recipient."""

from __future__ import annotations

from datetime import datetime

from addressee.api.answers import Answer
from addressee.dashboard.person.subject import RecipientRoutes
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.edits.contact_properties import created_at
from addressee.directory.recipient import Recipient

routes = RecipientRoutes("profile")


@routes.show("", VIEWER)
async def show_profile(visit: EnvironmentVisit, recipient: Recipient) -> Answer:
    return page(
        visit,
        "person/profile.html",
        recipient=recipient,
        created_at=datetime.fromisoformat(created_at(recipient)),
    )
