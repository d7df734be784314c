"""Links to unsubscribe by one click, as Gmail follows them, and what does not lead to their person (RFC 8058)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.link_tokens import Purpose, link_to
from addressee.directory.access.links import Links, path_of
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete
from addressee.directory.recipient import USERS, Document, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.pages.conftest import MakeLink, Store
from tests.pages.test_unsubscribe_page import DONE, ReadPreferences, off

pytestmark = pytest.mark.usefixtures("pushed")

BODY = b"List-Unsubscribe=One-Click"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
async def gmail(api: str) -> AsyncIterator[httpx.AsyncClient]:
    """A mail program: it keeps no cookies, goes nowhere else, and names neither a page nor an origin."""
    headers = {"content-type": "application/x-www-form-urlencoded", "user-agent": "Google-Unsubscribe"}
    async with httpx.AsyncClient(base_url=api, headers=headers, follow_redirects=False, timeout=30) as client:
        yield client


async def refused(directory: Directory, environment: Environment, user: str) -> Document:
    found = await directory.read(Place(environment.id, USERS, user))
    assert found is not None
    return found.preferences


async def test_one_request_is_enough(gmail: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences) -> None:
    answer = await gmail.post(await link(Purpose.UNSUBSCRIBE, category="invoices"), content=BODY)
    assert (answer.status_code, answer.text) == (200, DONE)
    assert {"location", "set-cookie"}.isdisjoint(answer.headers)
    assert await off(preferences, "categories", "invoices") == ["email"]


async def test_no_letter_of_a_link_can_be_another_one(
    gmail: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    path, _, token = (await link(Purpose.UNSUBSCRIBE, category="invoices")).rpartition("/")
    altered = [
        f"{path}/{token[:place]}{LETTERS[(LETTERS.index(letter) + 1) % len(LETTERS)]}{token[place + 1 :]}"
        for place, letter in enumerate(token)
    ]
    cut = [f"{path}/{token[:length]}" for length in range(1, len(token))]
    limit = asyncio.Semaphore(8)

    async def status(url: str) -> int:
        async with limit:
            return (await gmail.post(url, content=BODY)).status_code

    assert set(await asyncio.gather(*map(status, altered + cut))) == {404}
    assert await preferences() == {}


async def test_a_link_works_again_and_changes_nothing_more(
    gmail: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences, pool: Pool, environment: Environment
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices")
    answers = await asyncio.gather(*(gmail.post(path, content=BODY) for _ in range(5)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, DONE)}
    assert await off(preferences, "categories", "invoices") == ["email"]
    changes = await pool.fetchval(
        "SELECT count(*) FROM addressee.changes WHERE environment_id = $1 AND edit <> 'identify'", environment.id
    )
    assert changes == 1


async def test_the_key_of_another_environment_opens_nothing(
    gmail: httpx.AsyncClient,
    link: MakeLink,
    preferences: ReadPreferences,
    pool: Pool,
    installation: Installation,
    directory: Directory,
    environment: Environment,
    other_environment: Environment,
) -> None:
    await link(Purpose.UNSUBSCRIBE, category="invoices")
    ada = await directory.read(Place(environment.id, USERS, "ada"))
    assert ada is not None
    links = Links(pool, Sealer(installation.master_key()))
    elsewhere = ada.identity._replace(environment_id=other_environment.id)
    for key_of, whom in (
        (other_environment, ada.identity),
        (environment, elsewhere),
        (other_environment, elsewhere),
    ):
        forged = link_to(Purpose.UNSUBSCRIBE, whom, None, category="invoices")
        token = (await links.key(key_of.id)).token(forged)
        answer = await gmail.post(path_of(Purpose.UNSUBSCRIBE, token), content=BODY)
        assert answer.status_code == 404
    assert await preferences() == {}


async def test_a_deleted_person_has_no_link_nor_has_who_gets_the_id(
    gmail: httpx.AsyncClient, link: MakeLink, directory: Directory, environment: Environment, store: Store
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices")
    await directory.write(Write(Place(environment.id, USERS, "ada"), (Delete(),)))
    assert (await gmail.post(path, content=BODY)).status_code == 404
    await store("ada", name="Another Ada")
    assert (await gmail.post(path, content=BODY)).status_code == 404
    assert await refused(directory, environment, "ada") == {}


async def test_the_link_of_who_was_merged_is_about_who_is_left(
    gmail: httpx.AsyncClient,
    link: MakeLink,
    pool: Pool,
    installation: Installation,
    directory: Directory,
    environment: Environment,
    store: Store,
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices")
    await store("lovelace", name="Ada Lovelace")
    merging = Directory(pool, sealer=lambda: Sealer(installation.master_key()))
    await (await merging.users(environment.name)).merge(into="lovelace", other="ada")
    assert (await gmail.post(path, content=BODY)).status_code == 200
    sets = await refused(directory, environment, "lovelace")
    assert sets["default"]["categories"]["invoices"]["kinds"]["email"] is False


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
async def test_programs_that_scan_mails_change_nothing(
    gmail: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences, method: str
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices")
    for url in (path, f"{path}?List-Unsubscribe=One-Click"):
        answer = await gmail.request(method, url, content=BODY)
        assert answer.status_code in ((200,) if method in ("GET", "HEAD") else (204, 404, 405))
    assert await preferences() == {}
