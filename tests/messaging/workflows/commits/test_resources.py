"""Resources are listed in pages, and nothing is read of those that a page does not show."""

from collections.abc import Collection
from typing import Any

import msgspec
import pytest

from addressee.database.paging import Page, PageRequest
from addressee.messaging.workflows.commits import resources, store
from addressee.messaging.workflows.commits.model import Authorship, Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.resources import Resources, StoredResource
from addressee.messaging.workflows.commits.store import ResourceFilter
from addressee.messaging.workflows.deploying.publishing import Publishing
from tests.messaging.office import SEALER, Office
from tests.messaging.workflows.deploying.test_publishing import partial

PARTIALS = ResourceFilter(ResourceKind.PARTIAL)
NOBODY = Authorship()


@pytest.fixture
def publishing(office: Office) -> Publishing:
    return Publishing(office.pool, SEALER, office.clock)


@pytest.fixture
async def office_with_partials(office: Office, publishing: Publishing) -> Office:
    """One in which a, c and e are live, b and d are drafts, and c has a draft besides."""
    keys = {key: ResourceKey(ResourceKind.PARTIAL, key) for key in "abcde"}
    await publishing.publish(office.environment_id, {keys[key]: partial(key) for key in "ace"}, NOBODY)
    await publishing.save_drafts(office.environment_id, {keys[key]: partial(f"{key}2") for key in "bcd"}, "ada")
    return office


def contents(page: Page[StoredResource]) -> list[str]:
    return [msgspec.json.decode(each.document.text)["content"] for each in page.entries]


@pytest.mark.parametrize(
    ("page", "shown", "more"),
    [
        (PageRequest(2), ["a", "b2"], (True, False)),
        (PageRequest(2, after="b"), ["c2", "d2"], (True, True)),
        (PageRequest(2, after="d"), ["e"], (False, True)),
        (PageRequest(2, before="d"), ["b2", "c2"], (True, True)),
        (PageRequest(2, before="c"), ["a", "b2"], (True, False)),
        (PageRequest(9), ["a", "b2", "c2", "d2", "e"], (False, False)),
        (PageRequest(9, after="e"), [], (False, False)),
    ],
)
async def test_drafts_and_live_resources_are_one_list(
    office_with_partials: Office, page: PageRequest[str], shown: list[str], more: tuple[bool, bool]
) -> None:
    found = await Resources(office_with_partials.pool).list(office_with_partials.environment_id, PARTIALS, page)
    assert contents(found) == shown
    assert (found.after is not None, found.before is not None) == more


async def test_only_live_resources_are_listed_where_drafts_are_not_wanted(office_with_partials: Office) -> None:
    office, page = office_with_partials, PageRequest(2, after="")
    found = await Resources(office.pool).list(office.environment_id, PARTIALS._replace(drafts=False), page)
    assert contents(found) == ["a", "c"]
    layouts = ResourceFilter(ResourceKind.LAYOUT)
    assert contents(await Resources(office.pool).list(office.environment_id, layouts, page)) == []


async def test_documents_are_read_of_the_page_alone(
    office_with_partials: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, asked = office_with_partials, []

    async def read(database: Any, environment_id: int, wanted: Collection[ResourceKey]) -> Any:
        asked.append([each.key for each in wanted])
        return await store.live_commits(database, environment_id, wanted)

    monkeypatch.setattr(resources, "live_commits", read)
    await Resources(office.pool).list(office.environment_id, PARTIALS, PageRequest(1, after="a"))
    assert asked == [["b"]]


@pytest.mark.parametrize(
    ("locale", "namespace", "keys"),
    [
        (None, None, ["nl", "nl-BE", "shop.nl", "shop.nl-BE"]),
        ("nl", None, ["nl", "shop.nl"]),
        ("nl-BE", "shop", ["shop.nl-BE"]),
        (None, "", ["nl", "nl-BE"]),
        (None, "shop", ["shop.nl", "shop.nl-BE"]),
        ("nl", "sho", []),
    ],
)
async def test_translations_are_found_by_locale_and_namespace(
    office: Office, publishing: Publishing, locale: str | None, namespace: str | None, keys: list[str]
) -> None:
    for key in ("nl", "nl-BE", "shop.nl", "shop.nl-BE"):
        of, _, code = key.rpartition(".")
        document = {"locale_code": code, "namespace": of, "content": '{"hi": "Hallo"}'}
        translation = ResourceKey(ResourceKind.TRANSLATION, key)
        await publishing.save_drafts(
            office.environment_id, {translation: Document(msgspec.json.encode(document).decode())}, "ada"
        )
    wanted = ResourceFilter(ResourceKind.TRANSLATION, locale=locale, namespace=namespace)
    found = await Resources(office.pool).list(office.environment_id, wanted, PageRequest(9))
    assert [each.resource.key for each in found.entries] == keys
