"""The page where an invitation is accepted: whoever has its link chooses a password, and is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.access.new_passwords import problem_of
from addressee.dashboard.access.new_sessions import begin_session
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import ANYBODY, Routes
from addressee.dashboard.urls import ROOT
from addressee.dashboard.visits import Visit
from addressee.operators.errors import InvitationInvalidError
from addressee.operators.invitations import Invitation, invitation_path

routes = Routes("invitations")

PATH = invitation_path("{token}")


@routes.get(PATH, ANYBODY)
async def show_invitation(visit: Visit) -> Answer:
    return await invitation_page(visit, await invitation_of(visit))


@routes.post(PATH, ANYBODY)
async def accept(visit: Visit, form: Form) -> Answer:
    operators, invitation = visit.services.operators, await invitation_of(visit)
    password = form.text("password")
    problem = problem_of(password, form.text("again"), invitation.email)
    if problem is not None:
        return await invitation_page(visit, invitation, problem)
    try:
        operator = await operators.invitations.accept(visit.path["token"], password)
    except InvitationInvalidError as error:
        raise PageMissingError(str(error)) from None
    await operators.acts.record(operator, None, "invitations.accept")
    return await begin_session(visit, operator, ROOT)


async def invitation_of(visit: Visit) -> Invitation:
    """Returns the invitation that the path names. Raises PageMissingError."""
    try:
        return await visit.services.operators.invitations.find(visit.path["token"])
    except InvitationInvalidError as error:
        raise PageMissingError(str(error)) from None


async def invitation_page(visit: Visit, invitation: Invitation, errors: Mapping[str, str] | None = None) -> Answer:
    environments = await visit.services.directory.environments.all()
    return page(
        visit,
        "access/invitation.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        invitation=invitation,
        roles={each.name: invitation.roles[each.id] for each in environments if each.id in invitation.roles},
        errors=errors or {},
    )
