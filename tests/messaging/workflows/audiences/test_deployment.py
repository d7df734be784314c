"""Audiences that are pushed: what changes, who is a member then, and what becomes of those who were added."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from addressee.database.paging import PageRequest, read_cursor
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import Place
from addressee.directory.writing.history import Origin
from addressee.directory.writing.writes import Write
from addressee.messaging.preview.model import PreviewedMessage
from addressee.messaging.preview.simulations import Simulation
from addressee.messaging.workflows.audiences import listing
from addressee.messaging.workflows.commits.model import Authorship, Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import live_commits
from addressee.messaging.workflows.configuration import ConfigurationError
from addressee.messaging.workflows.deploying.archiving import archive_audience
from addressee.messaging.workflows.deploying.deployment import deploy_within, lock_environment
from addressee.messaging.workflows.deploying.documents import checked
from addressee.messaging.workflows.deploying.publishing import Publishing
from addressee.preferences.audiences import AUDIENCES
from tests.messaging.office import FILES, SEALER, Office
from tests.messaging.workflows.test_channel_groups import somebody_waits
from tests.support.waiting import until

ORIGIN = Origin(request_id="test")
BETA = {"audiences/beta/audience.json": '{"name": "Beta", "type": "static"}'}
PAYING = {
    "audiences/paying/audience.json": """{
      "name": "Paying",
      "type": "dynamic",
      "segments": [{"conditions": [{"property": "recipient.plan", "operator": "equal_to", "argument": "pro"}]}]
    }"""
}
BOTH = {
    "audiences/both/audience.yaml": "name: Both\ntype: dynamic\nsegments:\n  - conditions:\n"
    "      - {property: recipient, operator: is_audience_member, argument: paying}\n"
    "      - {property: recipient, operator: is_audience_member, argument: beta}\n"
}


def asking(key: str) -> dict[str, str]:
    condition = f"{{variable: recipient, operator: is_audience_member, argument: {key}}}"
    return {
        **FILES,
        "workflows/asked.yaml": f"steps: [{{ref: a, if: [{condition}], channel: in-app, template: {{body: hi}}}}]",
    }


async def add(office: Office, key: str, *ids: str) -> None:
    place = Place(office.environment_id, AUDIENCES, key)
    audience = (await office.directory.write(Write(place, (Identify(),)))).recipient
    assert audience is not None
    await office.directory.subscriptions.add(audience, [await office.identify(id) for id in ids])


async def archive(office: Office, key: str) -> bool:
    publishing = Publishing(office.pool, SEALER, office.clock)
    return await archive_audience(publishing, office.directory, office.environment_id, key, ORIGIN)


async def has_plan(office: Office, id: str, plan: str) -> None:
    await office.directory.write(Write(office.user(id), (Identify(properties={"plan": plan}),)))


async def told(office: Office, *ids: str, **rest: Any) -> list[str]:
    """Triggers the workflow that asks, and returns who got a message of it."""
    await office.trigger(*ids, workflow="asked", **rest)
    await office.work()
    return [id for id in ids if await office.messages(id)]


async def effects(office: Office, files: dict[str, str]) -> dict[str, str]:
    return {each.what: each.effect.value for each in await office.push(files) if each.what.startswith("audience")}


async def test_a_push_says_what_changes(office: Office) -> None:
    assert await effects(office, {**FILES, **BETA, **PAYING}) == {"audience beta": "new", "audience paying": "new"}
    changed = {**FILES, **BETA, "audiences/paying/audience.json": '{"name": "None", "type": "dynamic"}'}
    assert await effects(office, changed) == {"audience beta": "unchanged", "audience paying": "changed"}


async def test_a_draft_of_an_audience_is_not_asked_until_it_is_committed(office: Office) -> None:
    await office.push(asking("paying"))
    await has_plan(office, "ada", "pro")
    publishing = Publishing(office.pool, SEALER, office.clock)
    (text,) = PAYING.values()
    drafts = {ResourceKey(ResourceKind.AUDIENCE, "paying"): Document(text)}
    await publishing.save_drafts(office.environment_id, drafts, "bob")
    assert await told(office, "ada") == []
    done = await publishing.commit_drafts(office.environment_id, Authorship("bob", "Who pays"))
    assert [(each.what, each.effect.value) for each in done] == [("audience paying", "new")]
    assert await told(office, "ada") == ["ada"]


async def test_members_are_those_whom_the_conditions_fit_when_they_are_asked_for(office: Office) -> None:
    await office.push({**asking("paying"), **PAYING})
    for id, plan in (("ada", "pro"), ("bob", "free")):
        await has_plan(office, id, plan)
    assert await told(office, "ada", "bob") == ["ada"]
    await has_plan(office, "bob", "pro")
    assert await told(office, "bob") == ["bob"]


async def test_audiences_of_both_types_ask_for_each_other(office: Office) -> None:
    await office.push({**asking("both"), **BETA, **PAYING, **BOTH})
    for id in ("ada", "bob"):
        await has_plan(office, id, "pro")
    await add(office, "beta", "ada")
    assert await told(office, "ada", "bob") == ["ada"]


async def test_only_users_are_members(office: Office) -> None:
    await office.push({**asking("paying"), **PAYING})
    team = Place(office.environment_id, "teams", "red")
    await office.directory.write(Write(team, (Identify(properties={"plan": "pro"}),)))
    explanation = await office.messaging.runs.explain(team, "asked")
    (step,) = explanation.steps
    assert step.obstacle is not None
    assert step.obstacle["reason"] == "conditions"


async def test_preferences_ask_too(office: Office) -> None:
    await office.push({**FILES, **PAYING})
    condition = {"variable": "recipient", "operator": "is_audience_member", "argument": "paying"}
    for id, plan in (("ada", "pro"), ("bob", "free")):
        document = {"workflows": {"welcome": {"conditions": [condition]}}}
        edit = Identify(properties={"plan": plan}, preferences={"default": document})
        await office.directory.write(Write(office.user(id), (edit,)))
    await office.trigger("ada", "bob")
    await office.work()
    assert [len(await office.bodies(id)) for id in ("ada", "bob")] == [1, 0]


async def test_simulations_and_explanations_see_members(office: Office) -> None:
    await office.push({**asking("paying"), **PAYING})
    await has_plan(office, "ada", "pro")
    await has_plan(office, "bob", "free")
    for id, is_member in (("ada", True), ("bob", False)):
        (step,) = (await office.messaging.runs.explain(office.user(id), "asked")).steps
        assert step.reached is is_member
        simulated = await office.messaging.simulations.simulate(Simulation(office.user(id), "asked"))
        assert any(isinstance(each, PreviewedMessage) for each in simulated.happened) is is_member


async def test_members_are_listed_newest_users_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "READ_AT_ONCE", 2)
    monkeypatch.setattr(listing, "MAX_LOOKED_AT", 4)
    await office.push({**FILES, **PAYING})
    for id in ("a", "b", "c", "d", "e", "f"):
        await has_plan(office, id, "pro" if id in "abe" else "free")
    audiences, found = office.messaging.audiences, []
    after: UUID | None = None
    for _ in range(4):
        page = await audiences.members(office.environment_id, "paying", PageRequest(1, after=after))
        found.append([user.place.id for user in page.entries])
        if (after := read_cursor(page.after, UUID)) is None:
            break
    # The first page is full, the second one has looked at four users, of whom one fits.
    assert found == [["e"], ["b"], ["a"]]


async def test_a_type_does_not_change(office: Office) -> None:
    await office.push({**FILES, **BETA})
    with pytest.raises(ConfigurationError, match="this audience is static in the environment; archive it first"):
        await office.push({**FILES, "audiences/beta/audience.json": '{"name": "Beta", "type": "dynamic"}'})


async def test_whom_the_api_has_added_keep_their_audience(office: Office) -> None:
    await add(office, "paying", "ada")
    with pytest.raises(ConfigurationError, match="users were added to an audience of this key; archive it first"):
        await office.push({**FILES, **PAYING})
    assert await archive(office, "paying")
    await office.push({**asking("paying"), **PAYING})
    assert await told(office, "ada") == []


async def test_an_archived_audience_has_no_members(office: Office) -> None:
    await office.push({**asking("beta"), **BETA, **PAYING})
    await add(office, "beta", "ada")
    for key in ("beta", "paying"):
        assert await archive(office, key)
        assert not await archive(office, key)
    assert await office.messaging.audiences.list(office.environment_id) == []
    assert {each.kind for each in await live_commits(office.pool, office.environment_id)} == {ResourceKind.WORKFLOW}
    assert await told(office, "ada") == []
    assert await office.directory.read(office.user("ada")) is not None


async def test_who_archives_waits_for_who_publishes(office: Office) -> None:
    """Else a commit would be left of an audience that is not there."""
    await office.push({**FILES, **PAYING})
    resource = ResourceKey(ResourceKind.AUDIENCE, "paying")
    document = Document('{"name": "All", "type": "dynamic"}')
    async with office.pool.acquire() as connection, connection.transaction():
        await lock_environment(connection, office.environment_id)
        configuration = await checked(connection, office.environment_id, {resource: document})
        await deploy_within(connection, SEALER, office.environment_id, configuration, office.clock.now())
        archiving = asyncio.create_task(archive(office, "paying"))
        await until(lambda: somebody_waits(office))
    assert await archiving
    assert await office.messaging.audiences.list(office.environment_id) == []
    assert resource not in await live_commits(office.pool, office.environment_id)


async def test_audiences_are_listed_as_they_are_now(office: Office) -> None:
    await office.push({**FILES, **PAYING, **BETA})
    listed = await office.messaging.audiences.list(office.environment_id)
    assert [(each.key, each.audience.name) for each in listed] == [("beta", "Beta"), ("paying", "Paying")]
    found = await office.messaging.audiences.find(office.environment_id, "paying")
    assert found == listed[1]
    assert await office.messaging.audiences.find(office.environment_id, "none") is None


async def test_a_step_adds_nobody_to_a_dynamic_audience(office: Office) -> None:
    settings = "{audience_key: paying, action: add}"
    step = {"workflows/asked.yaml": f"steps: [{{ref: a, type: update_audience, settings: {settings}}}]"}
    await office.push({**FILES, **PAYING, **step})
    await office.identify("ada")
    await office.trigger("ada", workflow="asked")
    await office.work()
    reasons = [entry["data"]["reason"] for entry in await office.journal("ada") if entry["event"] == "error"]
    assert reasons == ["update_subscription: the members of the audience 'paying' follow its conditions"]
    assert await office.directory.read(Place(office.environment_id, AUDIENCES, "paying")) is None
