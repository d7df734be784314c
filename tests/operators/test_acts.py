"""Acts of operators: recorded with a name and a subject, listed newest first, found from the history they caused."""

from __future__ import annotations

import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.operators.accounts import Accounts
from addressee.operators.acts import Acts
from addressee.operators.model import Operator, Role
from tests.conftest import Environment
from tests.operators.conftest import PASSWORD
from tests.support.clock import MovedClock


@pytest.fixture
def acts(pool: Pool, clock: MovedClock) -> Acts:
    return Acts(pool, clock)


@pytest.fixture
async def operator(accounts: Accounts, email: str, environment: Environment) -> Operator:
    await accounts.add(email, "Grace Hopper", {environment.id: Role.EDITOR}, PASSWORD)
    (added,) = [each for each in await accounts.list() if each.email == email]
    return added


async def test_acts_are_listed_newest_first(acts: Acts, operator: Operator, environment: Environment) -> None:
    for number in range(3):
        await acts.record(operator, environment.id, "users.edit", "$users", f"ada-{number}", {"fields": ["name"]})
    first = await acts.list(environment.id, PageRequest(2))
    assert [act.subject for act in first.entries] == ["ada-2", "ada-1"]
    rest = await acts.list(environment.id, PageRequest(2, after=first.entries[-1].id))
    assert [act.subject for act in rest.entries] == ["ada-0"]
    (act,) = rest.entries
    assert (act.operator_name, act.operator_email, act.name) == ("Grace Hopper", operator.email, "users.edit")
    assert (act.collection, act.detail) == ("$users", {"fields": ["name"]})


async def test_acts_of_one_recipient_are_listed_alone(
    acts: Acts, operator: Operator, environment: Environment, other_environment: Environment
) -> None:
    for environment_id, subject in ((environment.id, "ada"), (environment.id, "bob"), (other_environment.id, "ada")):
        await acts.record(operator, environment_id, "users.edit", "$users", subject)
    found = await acts.list_of(environment.id, "$users", "ada", PageRequest(10))
    assert [(act.subject, act.name) for act in found.entries] == [("ada", "users.edit")]


async def test_the_history_leads_to_the_act(
    acts: Acts, operator: Operator, environment: Environment, other_environment: Environment
) -> None:
    origin = await acts.record(operator, environment.id, "users.edit", "$users", "ada")
    assert origin.request_id is not None
    found = await acts.behind(environment.id, [None, "some-request", origin.request_id])
    assert {request: act.operator_name for request, act in found.items()} == {origin.request_id: "Grace Hopper"}
    assert await acts.behind(other_environment.id, [origin.request_id]) == {}
