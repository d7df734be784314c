"""Addressee as a library: what an application does without HTTP."""

from collections.abc import AsyncIterator

import pytest

import addressee
from addressee import Directory, Identify, MergeMissingError, Messaging, MissingError
from addressee.database.installation import Installation
from tests.conftest import Environment


@pytest.fixture
async def directory(installation: Installation) -> AsyncIterator[Directory]:
    async with Directory.connect(installation.database_url, data_dir=installation.data_dir) as directory:
        yield directory


def test_its_face_is_whole() -> None:
    assert [name for name in addressee.__all__ if not hasattr(addressee, name)] == []


async def test_merging_from_preview_to_undo(directory: Directory, environment: Environment) -> None:
    people = await directory.users(environment.name)
    await people.edit("ada", Identify({"name": "Ada"}, {"plan": {"tier": "pro"}}))
    await people.edit("guest", Identify({"name": "Guest"}, {"plan": {"seats": 3}}))
    preview = await people.preview_merge("ada", "guest")
    done = await people.merge("ada", "guest")
    assert done.primary.properties == preview.merged.primary.properties == {"plan": {"tier": "pro", "seats": 3}}
    assert await people.get("guest") is None
    with pytest.raises(MissingError):
        await people.merge("ada", "guest")
    undone = await people.undo_merge(done.merge.id)
    assert [undone.primary.properties, undone.secondary.properties] == [
        {"plan": {"tier": "pro"}},
        {"plan": {"seats": 3}},
    ]
    with pytest.raises(MergeMissingError):
        await people.undo_merge(preview.primary.uid)


async def test_explaining(directory: Directory, environment: Environment) -> None:
    people = await directory.users(environment.name)
    messaging = Messaging.from_directory(directory)
    explanation = await messaging.runs.explain(people.place("ada"), "nothing")
    assert (explanation.steps, explanation.obstacle) == ((), {"reason": "workflow_missing"})
