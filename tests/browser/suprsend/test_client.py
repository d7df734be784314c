"""SuprSend's web SDK in a real browser: who its user is, tokens, preferences, web push (realtime-suprsend.md §5)."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import Page

from addressee.database.pool import Pool
from tests.browser.suprsend.conftest import Address, Open, Tell
from tests.browser.suprsend.inbox import Inbox
from tests.conftest import Environment
from tests.dialects.suprsend.clients import secure, token_of
from tests.dialects.suprsend.test_preferences import CHANNELS, NEWSLETTER, ORDERS, restricted


async def test_who_opens_the_page_becomes_a_user(page: Page, address: Address, rest: httpx.Client) -> None:
    assert rest.get("/v1/user/ada/").status_code == 404
    await page.goto(address())
    await page.wait_for_function("window.identified?.status === 'success'")
    assert rest.get("/v1/user/ada/").json()["distinct_id"] == "ada"


async def test_the_page_edits_its_user_and_tells_of_events(open_inbox: Open, tell: Tell, rest: httpx.Client) -> None:
    inbox = await open_inbox()
    for call in (
        "user.set({name: 'Ada', visits: 1, gone: true})",
        "user.setOnce('visits', 5)",
        "user.increment('visits', 2)",
        "user.append('wishes', 'hat')",
        "user.unset(['gone'])",
        "user.addEmail('ada@example.com')",
        "user.addSms('+351912345678')",
        "user.setPreferredLanguage('pt')",
        "user.setTimezone('Europe/Lisbon')",
    ):
        assert (await inbox.client(call))["status"] == "success"
    ada = rest.get("/v1/user/ada/").json()
    assert {name: ada["properties"][name] for name in ("name", "visits", "wishes")} == {
        "name": "Ada",
        "visits": 3,
        "wishes": ["hat"],
    }
    assert "gone" not in ada["properties"]
    assert [ada["$email"][0]["value"], ada["$sms"][0]["value"]] == ["ada@example.com", "+351912345678"]
    assert {key: ada["properties"][key] for key in ("$preferred_language", "$timezone")} == {
        "$preferred_language": "pt",
        "$timezone": "Europe/Lisbon",
    }
    await inbox.counts(0)
    assert (await inbox.client("track('Basket left', {item: 'a hat'})"))["status"] == "success"
    await inbox.counts(1)


class TestTokens:
    @pytest.fixture
    async def signing_key(self, pool: Pool, environment: Environment) -> str:
        return await secure(pool, environment.name)

    async def test_a_token_that_has_expired_is_renewed(
        self, page: Page, address: Address, tell: Tell, signing_key: str
    ) -> None:
        """By the SDK, before its first call; the inbox is live then."""
        asked: list[str] = []

        def fresh() -> str:
            asked.append("once more")
            return token_of(signing_key)

        await page.expose_function("freshToken", fresh)
        await page.goto(address(token=token_of(signing_key, seconds=-3600)))
        await page.wait_for_function("window.client?.feeds.feedInstances[0]?.socket.connected")
        inbox = Inbox(page)
        await inbox.counts(0)
        tell("a hat")
        await inbox.counts(1)
        assert asked

    async def test_a_socket_is_refused_until_its_token_is_renewed(
        self, page: Page, address: Address, tell: Tell, signing_key: str
    ) -> None:
        """Who was identified before connects with whatever token there is."""
        await page.expose_function("freshToken", lambda: token_of(signing_key))
        await page.goto(address(token=token_of(signing_key)))
        await page.wait_for_function("window.identified?.status === 'success'")
        await page.goto(address(token=token_of(signing_key, seconds=-3600)))
        await page.wait_for_function("window.client?.feeds.feedInstances[0]?.socket.connected")
        tell("a hat")
        await Inbox(page).counts(1)

    async def test_a_token_of_somebody_else_opens_nothing(
        self, page: Page, address: Address, rest: httpx.Client, signing_key: str
    ) -> None:
        await page.goto(address(token=token_of(signing_key, "bob")))
        await page.wait_for_function("window.identified?.status === 'error'")
        assert await page.evaluate("window.identified.statusCode") == 403
        assert rest.get("/v1/user/ada/").status_code == 404


class TestPreferences:
    async def test_they_are_read_and_changed(self, open_inbox: Open, rest: httpx.Client) -> None:
        inbox = await open_inbox()
        read = await inbox.client("user.preferences.getPreferences()")
        assert read["body"] == rest.get("/v1/user/ada/preference/?show_opt_out_channels=true").json()
        await inbox.page.evaluate("""() => {
            window.told = [];
            window.client.emitter.on("preferences_updated", ({ body }) => window.told.push(body));
            window.client.emitter.on("preferences_error", ({ error }) => window.told.push(error));
        }""")
        for call in (
            f"user.preferences.updateCategoryPreference('{ORDERS}', 'opt_out')",
            f"user.preferences.updateChannelPreferenceInCategory('email', 'opt_in', '{NEWSLETTER}')",
            "user.preferences.updateOverallChannelPreference('sms', 'required')",
        ):
            assert (await inbox.client(call))["status"] == "success"
        await inbox.page.wait_for_function("window.told.length === 3")
        stored = rest.get("/v1/user/ada/preference/?show_opt_out_channels=true").json()
        assert await inbox.client("user.preferences.data") == stored
        by_key = {each["category"]: each for section in stored["sections"] for each in section["subcategories"]}
        assert by_key[ORDERS]["preference"] == "opt_out"
        assert by_key[NEWSLETTER]["preference"] == "opt_in"
        chosen = {each["channel"] for each in by_key[NEWSLETTER]["channels"] if each["preference"] == "opt_in"}
        assert chosen == {"email"}
        assert restricted(stored) == {"sms"}

    async def test_of_one_category_and_of_channels(self, open_inbox: Open) -> None:
        inbox = await open_inbox()
        one = await inbox.client(f"user.preferences.getCategory('{ORDERS}', {{showOptOutChannels: false}})")
        assert (one["body"]["category"], len(one["body"]["channels"])) == (ORDERS, len(CHANNELS))
        page = await inbox.client("user.preferences.getCategories({limit: 2, offset: 1})")
        assert [each["category"] for each in page["body"]["results"]] == [NEWSLETTER, "pref-digest"]
        channels = await inbox.client("user.preferences.getOverallChannelPreferences()")
        assert [each["channel"] for each in channels["body"]["channel_preferences"]] == CHANNELS
