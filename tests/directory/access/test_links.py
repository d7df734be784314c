"""Links: whom they lead to, and what ends them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.link_tokens import Link, Purpose, link_to
from addressee.directory.access.links import LinkInvalidError, Links, path_of
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.support.clock import MovedClock

SEALER = Sealer(b"k" * 32)
WEEK = timedelta(days=7)


@pytest.fixture
def directory(pool: Pool, clock: MovedClock) -> Directory:
    return Directory(pool, clock, sealer=lambda: SEALER)


@pytest.fixture
def links(pool: Pool, clock: MovedClock) -> Links:
    return Links(pool, SEALER, clock)


async def created(directory: Directory, environment_id: int, id: str, collection: str = USERS) -> Recipient:
    written = await directory.write(Write(Place(environment_id, collection, id), (Identify({"name": id.title()}),)))
    assert written.recipient is not None
    return written.recipient


@pytest.fixture
async def ada(directory: Directory, environment: Environment) -> Recipient:
    return await created(directory, environment.id, "ada")


async def token_for(links: Links, whom: Recipient, purpose: Purpose = Purpose.PREFERENCES) -> str:
    link = link_to(purpose, whom.identity, MovedClock().now() + WEEK)
    return (await links.key(whom.place.environment_id)).token(link)


async def test_a_link_opens_what_it_names(links: Links, ada: Recipient, environment: Environment) -> None:
    link = link_to(Purpose.UNSUBSCRIBE, ada.identity, None, tenant="acme", category="news")
    key = await links.key(environment.id)
    opened = await links.open(key.token(link), Purpose.UNSUBSCRIBE)
    assert opened.link == link
    assert opened.recipient == ada
    assert (opened.environment.id, opened.environment.name) == (environment.id, environment.name)
    assert opened.key == key


async def test_recipients_of_any_collection_have_links(
    links: Links, directory: Directory, environment: Environment
) -> None:
    project = await created(directory, environment.id, "p1", "projects")
    await created(directory, environment.id, "p1")
    assert (await links.open(await token_for(links, project), Purpose.PREFERENCES)).recipient == project


@pytest.mark.parametrize("other", [Purpose.INBOX, Purpose.UNSUBSCRIBE])
async def test_a_link_for_one_thing_opens_no_other(links: Links, ada: Recipient, other: Purpose) -> None:
    with pytest.raises(LinkInvalidError):
        await links.open(await token_for(links, ada), other)


async def test_a_link_ends_with_its_time(links: Links, ada: Recipient, clock: MovedClock) -> None:
    token = await token_for(links, ada)
    clock.move(WEEK - timedelta(seconds=1))
    assert (await links.open(token, Purpose.PREFERENCES)).recipient == ada
    clock.move(timedelta(seconds=1))
    with pytest.raises(LinkInvalidError):
        await links.open(token, Purpose.PREFERENCES)


async def test_a_link_signed_by_another_environment_opens_nothing(
    links: Links, ada: Recipient, pool: Pool, environment: Environment
) -> None:
    other = await pool.fetchval("SELECT min(id) FROM addressee.environments WHERE id <> $1", environment.id)
    link = link_to(Purpose.INBOX, ada.identity, None)
    with pytest.raises(LinkInvalidError):
        await links.open((await links.key(other)).token(link), Purpose.INBOX)


async def test_the_same_id_in_another_environment_is_somebody_else(
    links: Links, ada: Recipient, directory: Directory, pool: Pool, environment: Environment
) -> None:
    other = await pool.fetchval("SELECT min(id) FROM addressee.environments WHERE id <> $1", environment.id)
    link = link_to(Purpose.INBOX, ada.identity._replace(environment_id=other), None)
    with pytest.raises(LinkInvalidError):
        await links.open((await links.key(other)).token(link), Purpose.INBOX)


@pytest.mark.parametrize("environment_id", [-1, 0, 2**15 - 1, 2**15, 2**63])
async def test_an_environment_that_there_is_not_has_no_links(
    links: Links, ada: Recipient, environment: Environment, environment_id: int
) -> None:
    key = await links.key(environment.id)
    with pytest.raises(LinkInvalidError):
        await links.open(key.token(Link(Purpose.INBOX, environment_id, ada.uid)), Purpose.INBOX)


async def test_another_master_key_has_other_links(links: Links, ada: Recipient, pool: Pool) -> None:
    others = Links(pool, Sealer(b"o" * 32))
    with pytest.raises(LinkInvalidError):
        await others.open(await token_for(links, ada), Purpose.PREFERENCES)


@pytest.mark.parametrize("token", ["", "x", "A" * 60, "a/b", "ä", "\0", "A" * 10_000])
async def test_garbage_opens_nothing(links: Links, token: str) -> None:
    with pytest.raises(LinkInvalidError, match=r"This link does not work any longer. Ask whoever sent it"):
        await links.open(token, Purpose.PREFERENCES)


async def test_a_link_ends_with_its_person(links: Links, ada: Recipient, directory: Directory) -> None:
    token = await token_for(links, ada)
    await directory.write(Write(ada.place, (Delete(),)))
    with pytest.raises(LinkInvalidError):
        await links.open(token, Purpose.PREFERENCES)


async def test_the_next_person_with_the_id_is_another(
    links: Links, ada: Recipient, directory: Directory, environment: Environment
) -> None:
    token = await token_for(links, ada)
    await directory.write(Write(ada.place, (Delete(),)))
    next_one = await created(directory, environment.id, "ada")
    assert next_one.uid != ada.uid
    with pytest.raises(LinkInvalidError):
        await links.open(token, Purpose.PREFERENCES)


async def test_a_link_of_somebody_who_never_was_opens_nothing(
    links: Links, environment: Environment, ada: Recipient
) -> None:
    link = link_to(Purpose.INBOX, ada.identity._replace(uid=uuid4()), None)
    with pytest.raises(LinkInvalidError):
        await links.open((await links.key(environment.id)).token(link), Purpose.INBOX)


async def test_a_link_of_somebody_who_was_merged_leads_to_the_one_that_is_left(
    links: Links, ada: Recipient, directory: Directory, environment: Environment
) -> None:
    users = await directory.users(environment.name)
    await created(directory, environment.id, "guest")
    await created(directory, environment.id, "lovelace")
    token = await token_for(links, ada)
    await users.merge(into="guest", other="ada")
    second = await users.merge(into="lovelace", other="guest")
    assert (await links.open(token, Purpose.PREFERENCES)).recipient.place.id == "lovelace"
    await users.undo_merge(second.merge.id)
    assert (await links.open(token, Purpose.PREFERENCES)).recipient.place.id == "guest"
    await directory.write(Write(Place(environment.id, USERS, "guest"), (Delete(),)))
    with pytest.raises(LinkInvalidError):
        await links.open(token, Purpose.PREFERENCES)


async def test_a_new_key_ends_all_links_of_its_environment_alone(
    links: Links, ada: Recipient, directory: Directory, environment: Environment, pool: Pool
) -> None:
    token = await token_for(links, ada)
    other = await pool.fetchval("SELECT min(id) FROM addressee.environments WHERE id <> $1", environment.id)
    elsewhere = await links.key(other)
    await links.new_key(environment.name)
    with pytest.raises(LinkInvalidError):
        await links.open(token, Purpose.PREFERENCES)
    assert (await links.open(await token_for(links, ada), Purpose.PREFERENCES)).recipient == ada
    assert await links.key(other) == elsewhere


async def test_an_unknown_environment_gets_no_key(links: Links) -> None:
    with pytest.raises(LookupError, match="There is no environment 'prod'; there are development, staging, production"):
        await links.new_key("prod")


async def test_the_key_itself_is_stored_nowhere(links: Links, environment: Environment, pool: Pool) -> None:
    row = await pool.fetchrow("SELECT * FROM addressee.environments WHERE id = $1", environment.id)
    secret = (await links.key(environment.id)).secret
    assert row is not None
    assert secret.decode() not in str(dict(row))


def test_the_path_of_a_link_says_what_it_opens() -> None:
    paths = [path_of(purpose, "t") for purpose in Purpose]
    assert paths == ["/pages/preferences/t", "/pages/inbox/t", "/pages/unsubscribe/t"]
