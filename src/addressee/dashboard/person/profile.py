"""The pages about one recipient: its profile, and what leads on from there."""

from __future__ import annotations

from addressee.dashboard.person.belongings import routes as belongings
from addressee.dashboard.person.editing.pages import routes as editing
from addressee.dashboard.person.exporting import routes as exporting
from addressee.dashboard.person.links import routes as links
from addressee.dashboard.person.overview import routes as overview
from addressee.dashboard.person.preferences import routes as preferences
from addressee.dashboard.person.removal import routes as removal
from addressee.dashboard.person.subject import RecipientRoutes

routes = RecipientRoutes("profile")
routes.include(overview, belongings, preferences, editing, removal, exporting, links)
