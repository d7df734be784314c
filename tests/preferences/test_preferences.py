"""Shown preferences: a recipient's sets combined with those of tenants and of the environment."""

from typing import Any

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import SetPreferences
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from addressee.preferences.defaults import EnvironmentDefaults, read_defaults, store_default
from addressee.preferences.preferences import Preferences
from addressee.preferences.sets import DEFAULT, MEMBERS
from tests.conftest import Environment


async def store(pool: Pool, environment: Environment, document: dict[str, Any]) -> None:
    async with pool.acquire() as connection:
        await store_default(connection, environment.id, document)


async def test_an_environment_has_a_rule_and_a_default(pool: Pool, environment: Environment) -> None:
    assert await read_defaults(pool, environment.id) == EnvironmentDefaults("all_agree", {})
    await store(pool, environment, {"kinds": {"sms": False}})
    await store(pool, environment, {"kinds": {"email": False}})
    await Environments(pool).change(environment.name, {"preference_rule": "most_specific"})
    assert await read_defaults(pool, environment.id) == EnvironmentDefaults(
        "most_specific", {"kinds": {"email": False}}
    )


async def test_a_set_is_shown_over_its_tenants_and_the_environments(pool: Pool, environment: Environment) -> None:
    directory = Directory(pool)
    preferences = Preferences(pool, directory.reader)
    ada, acme = Place(environment.id, USERS, "ada"), Place(environment.id, TENANTS, "acme")
    await store(pool, environment, {"kinds": {"sms": False, "email": False, "push": False}})
    for place, set_id, document in (
        (ada, DEFAULT, {"kinds": {"sms": True}}),
        (ada, "acme", {"kinds": {"push": True}}),
        (acme, MEMBERS, {"kinds": {"email": True}}),
    ):
        await directory.write(Write(place, (SetPreferences(set_id, document),)))

    async def shown(place: Place, set_id: str, tenant: str | None = None) -> Any:
        return (await preferences.shown(place, set_id, tenant))["kinds"]

    assert await shown(ada, DEFAULT) == {"sms": True, "email": False, "push": False}
    assert await shown(ada, DEFAULT, "acme") == {"sms": True, "email": True, "push": False}
    assert await shown(ada, "acme") == {"sms": False, "email": True, "push": True}
    assert await shown(ada, "zeta") == {"sms": False, "email": False, "push": False}
    assert await shown(Place(environment.id, USERS, "bob"), "acme") == {"sms": False, "email": True, "push": False}
    assert await preferences.of_environment(environment.id) == {"kinds": {"sms": False, "email": False, "push": False}}
