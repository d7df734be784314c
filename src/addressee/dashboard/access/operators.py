"""The operators of an environment: their roles, and invitations."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import ADMIN, Routes
from addressee.dashboard.urls import ENVIRONMENT, ROOT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.operators.accounts import checked_email, checked_name
from addressee.operators.errors import (
    AccountExistsError,
    InvitedElsewhereError,
    LastAdminError,
    NotAdministeredError,
    NotMemberError,
)
from addressee.operators.invitations import invitation_path
from addressee.operators.model import Role
from addressee.operators.roles import Member, administers

routes = Routes("operators")

ONE = f"{ENVIRONMENT}/operators/{{id}}"


@routes.get(f"{ENVIRONMENT}/operators", ADMIN)
async def list_operators(visit: EnvironmentVisit) -> Answer:
    return await operators_page(visit)


@routes.post(f"{ENVIRONMENT}/operators", ADMIN)
async def invite(visit: EnvironmentVisit, form: Form) -> Answer:
    """Shows the link of a new invitation, once; an address that has an account is given the role at once."""
    operators, given = visit.services.operators, {name: form.text(name).strip() for name in ("email", "name", "role")}
    problems = problems_of(given)
    if problems:
        return await operators_page(visit, given, problems)
    email, roles = given["email"], {visit.environment.id: Role(given["role"])}
    await visit.record("operators.invite", "operators", None, email=email, role=given["role"])
    try:
        token = await operators.invitations.invite(email, given["name"], roles)
    except AccountExistsError as error:
        if await operators.accounts.add_roles(email, roles):
            return see_other(visit.url("operators", notice="role-given"))
        return await operators_page(visit, given, {"email": f"{error} It has a role here: change it in the list."})
    except InvitedElsewhereError as error:
        return await operators_page(visit, given, {"email": str(error)})
    link = visit.asked.info.base_url + invitation_path(token)
    return page(visit, "access/invited.html", link=link, email=email)


@routes.post(f"{ENVIRONMENT}/invitations/withdraw", ADMIN)
async def withdraw(visit: EnvironmentVisit, form: Form) -> Answer:
    await visit.record("operators.withdraw", "operators", None, email=form.text("email"))
    await visit.services.operators.invitations.withdraw(visit.environment.id, form.text("invitation"))
    return see_other(visit.url("operators", notice="invitation-withdrawn"))


@routes.get(ONE, ADMIN)
async def show_operator(visit: EnvironmentVisit) -> Answer:
    return operator_page(visit, await member_of(visit))


@routes.post(f"{ONE}/role", ADMIN)
async def change_role(visit: EnvironmentVisit, form: Form) -> Answer:
    member, role = await member_of(visit), form.text("role")
    if role not in list(Role):
        return operator_page(visit, member, "Choose a role.")
    await record(visit, "operators.change_role", member, role=role)
    try:
        await visit.services.operators.roles.change(visit.environment.id, member.operator.id, Role(role))
    except LastAdminError as error:
        return operator_page(visit, member, str(error))
    is_own = member.operator.id == visit.operator.id
    return see_other(ROOT if is_own else visit.url("operators", notice="role-changed"))


@routes.post(f"{ONE}/take-role", ADMIN)
async def take_role(visit: EnvironmentVisit, form: Form) -> Answer:
    member = await member_of(visit)
    await record(visit, "operators.take_role", member)
    try:
        await visit.services.operators.roles.take(visit.environment.id, member.operator.id)
    except LastAdminError as error:
        return operator_page(visit, member, str(error))
    is_own = member.operator.id == visit.operator.id
    return see_other(ROOT if is_own else visit.url("operators", notice="role-taken"))


@routes.post(f"{ONE}/disable", ADMIN)
async def disable(visit: EnvironmentVisit, form: Form) -> Answer:
    member = await member_of(visit)
    await record(visit, "operators.disable", member)
    try:
        await visit.services.operators.roles.disable(visit.operator, visit.environment.id, member.operator.id)
    except (LastAdminError, NotAdministeredError) as error:
        return operator_page(visit, member, str(error))
    return see_other(visit.url("operators", notice="operator-disabled"))


@routes.post(f"{ONE}/enable", ADMIN)
async def enable(visit: EnvironmentVisit, form: Form) -> Answer:
    member = await member_of(visit)
    await record(visit, "operators.enable", member)
    try:
        await visit.services.operators.roles.enable(visit.operator, visit.environment.id, member.operator.id)
    except NotAdministeredError as error:
        return operator_page(visit, member, str(error))
    return see_other(visit.url("operators", notice="operator-enabled"))


def problems_of(given: Mapping[str, str]) -> Mapping[str, str]:
    """Returns what is wrong with an invitation that was typed, by field."""
    problems = {} if given["role"] in list(Role) else {"role": "Choose a role."}
    for field, check in (("email", checked_email), ("name", checked_name)):
        try:
            check(given[field])
        except ValueError as error:
            problems[field] = str(error)
    return problems


async def member_of(visit: EnvironmentVisit) -> Member:
    """Returns the operator that the path names. Raises PageMissingError."""
    try:
        return await visit.services.operators.roles.member(visit.environment.id, UUID(visit.path["id"]))
    except (ValueError, NotMemberError):
        raise PageMissingError(str(NotMemberError())) from None


async def record(visit: EnvironmentVisit, act: str, member: Member, **detail: str) -> None:
    operator = member.operator
    await visit.record(act, "operators", str(operator.id), email=operator.email, **detail)


async def operators_page(
    visit: EnvironmentVisit, given: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> Answer:
    """Returns the page of all operators, with what was typed and is wrong with it."""
    operators, environment_id = visit.services.operators, visit.environment.id
    return page(
        visit,
        "access/operators.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        members=await operators.roles.members(environment_id),
        invitations=await operators.invitations.list(environment_id),
        given=given or {"email": "", "name": "", "role": Role.VIEWER},
        errors=errors or {},
    )


def operator_page(visit: EnvironmentVisit, member: Member, error: str = "") -> Answer:
    return page(
        visit,
        "access/operator.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        member=member,
        error=error,
        may_disable=administers(visit.operator, member.operator),
    )
