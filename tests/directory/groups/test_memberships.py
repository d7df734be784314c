"""Memberships of users in tenants: they belong to both identities, not to ids that others use later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.database.paging import PageRequest, page_request
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.directory import Directory
from addressee.directory.edits.addresses import AddAddress
from addressee.directory.edits.recipients import Delete, Edit, Identify, SetOnce
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.groups.memberships import Membership, overlaid, place_of
from addressee.directory.recipient import TENANTS, USERS, Identity, Place, Recipient
from addressee.directory.writing.writes import Write, Written
from tests.conftest import Environment

SQL = load("addressee.directory.groups")

ALL: PageRequest[UUID] = PageRequest(50)

# Ids that would break a name that is put together carelessly.
AWKWARD = "é/+ @%2F"


class Company:
    """Users within tenants, by their ids."""

    def __init__(self, directory: Directory, environment_id: int) -> None:
        self.directory = directory
        self.environment_id = environment_id

    def user(self, id: str) -> Place:
        return Place(self.environment_id, USERS, id)

    def tenant(self, id: str) -> Place:
        return Place(self.environment_id, TENANTS, id)

    async def create(self, place: Place) -> Recipient:
        written = await self.directory.write(Write(place, (Identify(),)))
        assert written.recipient is not None
        return written.recipient

    async def delete(self, place: Place) -> None:
        await self.directory.write(Write(place, (Delete(),)))

    async def edit(self, user: str, tenant: str, *edits: Edit) -> Written | RefusedError | MissingError:
        [result] = await self.directory.memberships.write([(Write(self.user(user), edits), tenant)])
        return result

    async def within(self, user: str, tenant: str) -> Recipient | None:
        found = await self.directory.read_all([self.user(user), self.tenant(tenant)])
        return await self.directory.read(place_of(found[self.user(user)], found[self.tenant(tenant)]))

    async def memberships(self, user: str) -> Sequence[Membership]:
        found = await self.directory.read(self.user(user))
        assert found is not None
        part = await self.directory.memberships.list(found, ALL)
        assert await self.directory.memberships.count(found) == len(part.entries)
        return part.entries

    async def tenants(self, user: str) -> list[str]:
        return [each.tenant.place.id for each in await self.memberships(user)]


@pytest.fixture
async def company(directory: Directory, environment: Environment) -> Company:
    company = Company(directory, environment.id)
    for tenant in ("acme", "globex"):
        await company.create(company.tenant(tenant))
    return company


def role(text: str) -> Identify:
    return Identify(properties={"role": text})


@pytest.mark.parametrize("user", ["ada", AWKWARD])
async def test_a_membership_has_properties_of_its_own(company: Company, user: str) -> None:
    await company.create(company.user(user))
    written = await company.edit(user, "acme", role("boss"))
    assert isinstance(written, Written)
    assert written.recipient == await company.within(user, "acme")
    found = await company.within(user, "acme")
    assert found is not None
    assert (found.place.id, found.properties) == (user, {"role": "boss"})
    assert await company.within(user, "globex") is None
    itself = await company.directory.read(company.user(user))
    assert itself is not None
    assert itself.properties == {}


async def test_who_is_not_there_is_created_by_belonging_to_a_tenant(company: Company) -> None:
    await company.edit("new", "acme", role("guest"))
    assert await company.directory.read(company.user("new")) is not None
    assert await company.tenants("new") == ["acme"]


async def test_nobody_belongs_to_a_tenant_that_is_not_there(company: Company) -> None:
    result = await company.edit("ada", "nowhere", role("boss"))
    assert isinstance(result, MissingError)
    assert result.place == company.tenant("nowhere")
    assert await company.directory.read(company.user("ada")) is None


async def test_each_of_several_writes_has_an_outcome_of_its_own(company: Company) -> None:
    asked = [
        (Write(company.user("ada"), (role("boss"),)), "acme"),
        (Write(company.user("bob"), (role("boss"),)), "nowhere"),
        (Write(company.user("eve"), (Identify(attributes={"timezone": "Mars/Base"}),)), "acme"),
        (Write(company.user("ada"), (SetOnce({"role": "guest", "desk": 4}),)), "acme"),
    ]
    results = await company.directory.memberships.write(asked)
    assert [type(result) for result in results] == [Written, MissingError, RefusedError, Written]
    found = await company.within("ada", "acme")
    assert found is not None
    assert found.properties == {"role": "boss", "desk": 4}


async def test_the_next_user_of_an_id_belongs_to_nothing(company: Company) -> None:
    await company.edit("ada", "acme", role("boss"))
    await company.delete(company.user("ada"))
    await company.create(company.user("ada"))
    assert await company.tenants("ada") == []
    assert await company.within("ada", "acme") is None
    await company.edit("ada", "acme", Identify())
    found = await company.within("ada", "acme")
    assert found is not None
    assert found.properties == {}


async def test_the_next_tenant_of_an_id_has_no_members(company: Company) -> None:
    await company.edit("ada", "acme", role("boss"))
    await company.delete(company.tenant("acme"))
    assert await company.tenants("ada") == []
    await company.create(company.tenant("acme"))
    assert await company.tenants("ada") == []
    assert await company.within("ada", "acme") is None


async def test_a_membership_that_ended_can_begin_again(company: Company) -> None:
    await company.edit("ada", "acme", role("boss"))
    within = await company.within("ada", "acme")
    assert within is not None
    await company.delete(within.place)
    assert await company.tenants("ada") == []
    await company.edit("ada", "acme", Identify())
    again = await company.within("ada", "acme")
    assert again is not None
    assert (again.properties, again.uid == within.uid) == ({}, False)


async def test_memberships_are_listed_by_pages_both_ways(company: Company) -> None:
    ids = [f"t{number}" for number in range(5)]
    for id in ids:
        await company.create(company.tenant(id))
    await company.create(company.tenant("other"))
    for id in reversed(ids):
        await company.edit("ada", id, role(id))
        await company.edit("bob", id, role("bob"))
    user = await company.directory.read(company.user("ada"))
    assert user is not None
    forth: list[str] = []
    after = before = None
    for _ in range(3):
        part = await company.directory.memberships.list(user, page_request(2, after, None, UUID))
        forth += [each.tenant.place.id for each in part.entries]
        after, before = part.after, part.before
    assert (forth, after) == (ids, None)
    back = await company.directory.memberships.list(user, page_request(3, None, before, UUID))
    assert [each.tenant.place.id for each in back.entries] == ids[1:4]
    assert [each.within.properties for each in back.entries] == [{"role": id} for id in ids[1:4]]
    assert await company.directory.memberships.count(user) == 5


class TestOverlaid:
    @staticmethod
    async def both(company: Company, own: Sequence[Edit], within: Sequence[Edit]) -> Recipient:
        await company.directory.write(Write(company.user("ada"), tuple(own)))
        await company.edit("ada", "acme", *within)
        found = await company.within("ada", "acme")
        itself = await company.directory.read(company.user("ada"))
        assert found is not None
        assert itself is not None
        laid = overlaid(itself, found)
        assert (laid.place, laid.uid, laid.preferences) == (itself.place, itself.uid, itself.preferences)
        return laid

    async def test_properties_and_attributes_lie_over_the_users(self, company: Company) -> None:
        laid = await self.both(
            company,
            [Identify(attributes={"name": "Ada", "timezone": "UTC"}, properties={"plan": "free", "age": 9})],
            [Identify(attributes={"name": "Dr. Ada"}, properties={"plan": "pro"})],
        )
        assert laid.attributes == {"name": "Dr. Ada", "timezone": "UTC"}
        assert laid.properties == {"plan": "pro", "age": 9}

    async def test_addresses_of_a_kind_that_it_has_count_alone(self, company: Company) -> None:
        laid = await self.both(
            company,
            [
                AddAddress("email", "ada@home.example"),
                AddAddress("email", "ada2@home.example"),
                AddAddress("sms", "+4915112345678"),
            ],
            [AddAddress("email", "ada@acme.example")],
        )
        assert [address["value"] for address in laid.addresses] == ["+4915112345678", "ada@acme.example"]
        assert laid.attributes == {"email": "ada@acme.example", "phone_number": "+4915112345678"}

    async def test_without_addresses_of_its_own_the_users_count(self, company: Company) -> None:
        laid = await self.both(company, [Identify(attributes={"email": "ada@home.example"})], [role("boss")])
        assert laid.attributes == {"email": "ada@home.example"}

    async def test_an_address_that_only_the_attribute_names_gives_way_too(self, company: Company) -> None:
        laid = await self.both(
            company,
            [Identify(attributes={"email": "ada@home.example"})],
            [AddAddress("email", "ada@acme.example")],
        )
        assert laid.attributes == {"email": "ada@acme.example"}


async def plan(pool: Pool, statement: str, **parameters: Any) -> set[tuple[str, str | None]]:
    """The scans of a statement's plan for these values."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        text, *arguments = SQL[statement](**parameters)
        explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {text}", *arguments)
    found: set[tuple[str, str | None]] = set()
    nodes = [msgspec.json.decode(explained)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if "recipients" in node.get("Relation Name", "") or "Index Name" in node:
            found.add((node["Node Type"], node.get("Index Name")))
    return found


async def test_a_users_memberships_are_found_by_the_range_of_their_collections(pool: Pool) -> None:
    """Either index has it: both begin with environment and collection."""
    uid = UUID(int=1)
    asked = {"environment_id": -1, "id": "ada", "first": f"$members/{uid}/", "end": f"$members/{uid}0", "limit": 51}
    for statement, page in (
        ("list_memberships", {"forward": True, "start": asked["first"]}),
        ("count_memberships", {}),
    ):
        indexes = {index for _, index in await plan(pool, statement, **asked, **page)}
        assert indexes <= {"recipients_pkey", "recipients_in_order"}, statement


async def test_a_tenants_memberships_are_found_by_an_index(pool: Pool) -> None:
    people = [Identity(-1, TENANTS, "acme", UUID(int=1))]
    found = await plan(pool, "erase_memberships", people=people, limit=100)
    scans = {index for node, index in found if node != "ModifyTable"}
    assert scans == {"memberships_in_tenant", "recipients_pkey"}
