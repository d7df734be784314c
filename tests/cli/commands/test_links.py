"""`addressee links`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.access.links import Links
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.support.command import Finished, addressee

PUBLIC = "https://addressee.example.com"


@pytest.fixture
async def there(installation: Installation, pool: Pool, environment: Environment) -> tuple[str, ...]:
    """Options that name an environment with a user `ada` and a tenant `acme`."""
    for collection, id in ((USERS, "ada"), (TENANTS, "acme")):
        await Directory(pool).write(Write(Place(environment.id, collection, id), (Identify({"name": id}),)))
    named = ("--environment", environment.name, "--data-dir", str(installation.data_dir))
    return named if installation.database_url is None else (*named, "--database-url", installation.database_url)


async def links(*arguments: str, url: str = PUBLIC, key: str = "") -> Finished:
    return await addressee("links", *arguments, ADDRESSEE_PUBLIC_URL=url, ADDRESSEE_MASTER_KEY=key)


@pytest.mark.parametrize("purpose", [Purpose.PREFERENCES, Purpose.INBOX])
async def test_a_link_opens_the_page_of_a_user(
    there: tuple[str, ...], pool: Pool, installation: Installation, purpose: Purpose
) -> None:
    made = await links(purpose.segment, "ada", "--for", "2d", "--tenant", "acme", *there)
    assert (made.code, made.errors) == (0, "")
    base, _, token = made.output.rstrip("\n").rpartition("/")
    assert base == f"{PUBLIC}/pages/{purpose.segment}"
    opened = await Links(pool, Sealer(installation.master_key())).open(token, purpose)
    assert (opened.recipient.place.id, opened.link.tenant) == ("ada", "acme")
    assert opened.link.expires_at is not None
    assert round((opened.link.expires_at - datetime.now(UTC)) / timedelta(hours=1)) == 48


async def test_without_a_public_url_there_is_no_link(there: tuple[str, ...]) -> None:
    refused = await links("inbox", "ada", *there, url="")
    assert (refused.code, refused.output) == (1, "")
    assert refused.errors == (
        "addressee: Set ADDRESSEE_PUBLIC_URL to the URL under which browsers reach the service,"
        " like https://addressee.example.com.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bob",), "There is no user 'bob' in "),
        (("ada", "--tenant", "nobody"), "There is no tenant 'nobody' in "),
        (("ada", "--for", "soon"), "--for: a duration is a text like 10m or 1d2h30m"),
        (("ada", "--for", "59s"), "--for must be from 1 minute to 366 days."),
        (("ada", "--for", "367d"), "--for must be from 1 minute to 366 days."),
    ],
)
async def test_mistakes_are_named(there: tuple[str, ...], arguments: tuple[str, ...], message: str) -> None:
    refused = await links("preferences", *arguments, *there)
    assert (refused.code, refused.output) == (1, "")
    assert message in refused.errors


@pytest.mark.usefixtures("database_url")
async def test_the_environment_is_development_unless_another_is_named(tmp_path: Path) -> None:
    refused = await links("preferences", "ada", "--for", "7d", "--data-dir", str(tmp_path))
    assert refused.errors == "addressee: There is no user 'ada' in development.\n"
