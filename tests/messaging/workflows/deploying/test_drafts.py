"""Drafts of an environment: as many as can be live, and of those that others render, only these are read."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
import pytest

from addressee.messaging.workflows.commits import store
from addressee.messaging.workflows.commits.model import Authorship, Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.configuration import ConfigurationError
from addressee.messaging.workflows.deploying import drafts
from addressee.messaging.workflows.deploying.publishing import Publishing
from tests.messaging.office import SEALER, Office
from tests.messaging.workflows.deploying.test_publishing import CHANNEL, partial, workflow

WELCOME = ResourceKey(ResourceKind.WORKFLOW, "welcome")


@pytest.fixture
def publishing(office: Office) -> Publishing:
    return Publishing(office.pool, SEALER, office.clock)


def named(*keys: str) -> list[ResourceKey]:
    return [ResourceKey(ResourceKind.PARTIAL, key) for key in keys]


async def test_an_environment_has_a_number_of_drafts_of_each_kind(
    office: Office, publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFTS", {**drafts.MAX_DRAFTS, ResourceKind.PARTIAL: 2})
    one, two, three = named("one", "two", "three")
    audience = ResourceKey(ResourceKind.AUDIENCE, "beta")
    await publishing.save_drafts(office.environment_id, {one: partial("1"), two: partial("2")}, "ada")
    with pytest.raises(ConfigurationError) as refused:
        await publishing.save_drafts(office.environment_id, {three: partial("3")}, "ada")
    assert [str(problem) for problem in refused.value.problems] == [
        "partial three:1: an environment has at most 2 drafts of partials; commit some of them first"
    ]
    await publishing.save_drafts(office.environment_id, {one: partial("changed")}, "ada")
    static = Document(msgspec.json.encode({"name": "Beta", "type": "static"}).decode())
    await publishing.save_drafts(office.environment_id, {audience: static}, "ada")
    await publishing.commit_drafts(office.environment_id, Authorship(), [one])
    await publishing.save_drafts(office.environment_id, {three: partial("3")}, "ada")
    assert await store.draft_keys(office.pool, office.environment_id) == [audience, three, two]


@pytest.mark.parametrize("kind", ResourceKind)
def test_every_kind_of_resource_has_a_limit(kind: ResourceKind) -> None:
    assert drafts.MAX_DRAFTS[kind] in {500, 1_000}


async def test_of_drafts_that_others_render_only_those_are_read_which_are_named(
    office: Office, publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.push(CHANNEL)
    footer, inner, deepest, other = named("footer", "inner", "deepest", "other")
    written = {
        deepest: partial("Bye"),
        inner: partial("{% render 'deepest' %}"),
        footer: partial('{%- render "inner" -%}'),
        other: partial("{% render 'deepest' %}"),
    }
    for key, document in written.items():
        await publishing.save_drafts(office.environment_id, {key: document}, "ada")

    asked: list[ResourceKey] = []

    async def read(database: Any, environment_id: int, resources: Collection[ResourceKey]) -> Mapping[Any, Any]:
        asked.extend(resources)
        return await store.read_drafts(database, environment_id, resources)

    monkeypatch.setattr(drafts, "read_drafts", read)
    await publishing.check(office.environment_id, {WELCOME: workflow("Hi\n{% render 'footer' %}")})
    assert asked == [footer, inner, deepest]

    asked.clear()
    await publishing.save_drafts(office.environment_id, {WELCOME: workflow("Hi")}, "ada")
    assert asked == []
    with pytest.raises(ConfigurationError, match="there is no partial 'nothing'"):
        await publishing.check(office.environment_id, {WELCOME: workflow("{% render 'nothing' %}")})


async def test_partials_that_would_render_each_other_are_found_among_drafts(
    office: Office, publishing: Publishing
) -> None:
    one, two = named("one", "two")
    await publishing.save_drafts(office.environment_id, {two: partial("2")}, "ada")
    await publishing.save_drafts(office.environment_id, {one: partial("{% render 'two' %}")}, "ada")
    with pytest.raises(ConfigurationError, match="one"):
        await publishing.save_drafts(office.environment_id, {two: partial("{% render 'one' %}")}, "ada")
