"""The example of docs/inbox.md, as it stands there."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

from knockapi import Knock
from playwright.async_api import Response, expect

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from tests.browser.conftest import NewContext
from tests.browser.knock.conftest import Open, Tell
from tests.conftest import Environment
from tests.support.signing import sign, use_shared_key
from tests.support.waiting import until


async def test_the_bell_counts_without_a_reload(open_inbox: Open, tell: Tell) -> None:
    inbox = await open_inbox("bell")
    await inbox.counts(0)
    for count in (1, 2):
        tell(count)
        await inbox.counts(count)


async def test_who_opens_the_feed_has_seen_its_items_but_not_read_them(
    open_inbox: Open, tell: Tell, knock: Knock, pushed: dict[str, UUID]
) -> None:
    tell(1, 2)
    inbox = await open_inbox("bell")
    await inbox.counts(2)
    async with inbox.page.expect_response("**/messages/bulk/seen") as answered:
        await inbox.bell.click()
    assert (await answered.value).ok
    await inbox.counts(0)
    await inbox.shows(2, 1)
    await expect(inbox.page.locator(".rnf-notification-cell__unread-dot")).to_have_count(2)
    meta = knock.users.feeds.list_items("ada", str(pushed["in-app"])).to_dict()["meta"]
    assert meta == {"__typename": "FeedMetadata", "total_count": 2, "unread_count": 2, "unseen_count": 0}


async def test_the_page_says_who_the_user_is(open_inbox: Open, knock: Knock) -> None:
    knock.users.update("ada", name="Ada", email="ada@example.com")
    await open_inbox("bell", name="Ada Lovelace")
    await until(lambda: asyncio.to_thread(is_called, knock, "Ada Lovelace"))
    assert knock.users.get("ada").email == "ada@example.com"


def is_called(knock: Knock, name: str) -> bool:
    return knock.users.get("ada").name == name


async def test_with_enhanced_security_a_token_opens_its_users_feed_alone(
    open_inbox: Open, new_context: NewContext, tell: Tell, pool: Pool, environment: Environment
) -> None:
    tell(1)
    await Environments(pool).change(environment.name, {"enhanced_security": True})
    key = await use_shared_key(pool, environment.name)
    expires = int(time.time()) + 3600
    of_ada, of_bob = (sign({"sub": user, "exp": expires}, key) for user in ("ada", "bob"))
    ada = await open_inbox("bell", token=of_ada)
    await ada.counts(1)
    for token, status in ({"token": of_bob}, 403), ({}, 401):
        context = await new_context()
        async with context.expect_event("response", is_of_the_feed) as answered:
            stranger = await open_inbox("bell", context=context, **token)
        assert (await answered.value).status == status
        await stranger.counts(0)
    tell(2)
    await ada.counts(2)


def is_of_the_feed(response: Response) -> bool:
    return "/feeds/" in response.url and response.request.method == "GET"
