"""All routes of the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from addressee.dashboard.access.sign_in import routes as sign_in
from addressee.dashboard.home import routes as home
from addressee.dashboard.people.collections import routes as collections
from addressee.dashboard.person.profile import routes as profile
from addressee.dashboard.routes import Route, Routes

PARTS: Sequence[Routes] = (
    sign_in,
    home,
    profile,
    collections,
)

ROUTES: Sequence[Route] = [route for part in PARTS for route in part.all()]
