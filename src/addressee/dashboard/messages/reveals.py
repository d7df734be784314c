"""Addresses and contents that viewers see only once they have asked, which is recorded."""

from __future__ import annotations

from secrets import compare_digest

from addressee.dashboard.errors import RoleNeededError
from addressee.dashboard.visits import EnvironmentVisit
from addressee.operators.model import Role


def pass_for(visit: EnvironmentVisit, message_id: str) -> str:
    """Returns what lets this browser load the frame of a message whose contents were revealed to it."""
    return visit.services.operators.form_token(f"{visit.asked.browser} sees {visit.environment.id} {message_id}")


def check_pass(visit: EnvironmentVisit, message_id: str) -> None:
    """Raises RoleNeededError for a viewer to whom the message was not revealed."""
    if visit.may(Role.EDITOR):
        return
    given = visit.query.text("pass") or ""
    if not compare_digest(given.encode(), pass_for(visit, message_id).encode()):
        raise RoleNeededError(Role.EDITOR)
