"""Commits are kept as long as the history, and longer where something refers to them."""

from datetime import timedelta

import pytest

from addressee.database.paging import PageRequest
from addressee.messaging.lifecycle.maintenance import delete_expired
from addressee.messaging.workflows.commits.model import Authorship, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import CommitFilter, commits_like
from addressee.messaging.workflows.deploying.publishing import Publishing
from tests.messaging.office import SEALER, Office
from tests.messaging.workflows.deploying.test_publishing import partial

FOOTER = ResourceKey(ResourceKind.PARTIAL, "footer")
HEADER = ResourceKey(ResourceKind.PARTIAL, "header")
AGE = "UPDATE addressee.commits SET created_at = created_at - $2::interval WHERE environment_id = ANY($1)"


@pytest.fixture
def publishing(office: Office) -> Publishing:
    return Publishing(office.pool, SEALER, office.clock)


async def publish(publishing: Publishing, office: Office, *messages: str, of: ResourceKey = FOOTER) -> None:
    for message in messages:
        document = partial(f"{of.key} {message}")
        await publishing.publish(office.environment_id, {of: document}, Authorship("ada", message))


async def pass_days(days: int, *offices: Office) -> None:
    await offices[0].pool.execute(AGE, [each.environment_id for each in offices], timedelta(days))
    await delete_expired(offices[0].pool, offices[0].clock.now())


async def messages(office: Office) -> list[str]:
    page = await commits_like(office.pool, office.environment_id, CommitFilter(), PageRequest(20))
    return [each.message for each in page.entries]


async def test_old_commits_are_deleted_except_the_newest_of_each_resource(
    office: Office, publishing: Publishing
) -> None:
    await publish(publishing, office, "1", "2")
    await publish(publishing, office, "3", "4", of=HEADER)
    await pass_days(200, office)
    assert await messages(office) == ["4", "3", "2", "1"]
    await publish(publishing, office, "5", "6")
    await pass_days(200, office)
    assert await messages(office) == ["6", "5", "4"]


async def test_what_another_environment_repeats_is_kept_and_so_is_what_was_promoted_last(
    office: Office, other: Office, publishing: Publishing
) -> None:
    promote = publishing.promote
    for message in ("1", "2", "3"):
        await publish(publishing, office, message)
        if message != "3":
            await promote(office.environment_id, other.environment_id, Authorship("ada", f"{message} again"))
    await publish(publishing, other, "another")
    for _ in range(2):
        await pass_days(400, office, other)
    assert await messages(other) == ["another", "2 again"]
    assert await messages(office) == ["3", "2"]
