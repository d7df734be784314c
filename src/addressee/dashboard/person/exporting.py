"""The export of everything that is known of a recipient."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.person.subject import RecipientRoutes, act
from addressee.dashboard.rendering import PRIVATE, page
from addressee.dashboard.routes import ADMIN
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.recipient import Recipient

routes = RecipientRoutes("export")


@routes.show("/export", ADMIN)
async def show_export(visit: EnvironmentVisit, recipient: Recipient) -> Answer:
    return page(visit, "person/export.html", recipient=recipient)


@routes.change("/export", ADMIN)
async def export(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Downloads what the API exports.

    It takes an admin: the document has the access tokens of chats and devices, which no page shows to anybody.
    """
    await visit.record(act(recipient, "export"), *recipient.place[1:])
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{recipient.uid}.json"'}
    return Answer(stream=visit.services.messaging.lifecycle.export(recipient), headers=headers)
