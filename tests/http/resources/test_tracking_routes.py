"""The routes of tracking, on the real service: pixels, links that lead on, and what is none of ours."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.signed_texts import TextKey
from addressee.messaging.tracking.tokens import tracking_key
from addressee.messaging.tracking.urls import Tracking
from tests.channels.mail_server import mail_server
from tests.conftest import Environment
from tests.messaging.feedback.tracked import BROWSER, arrived, push
from tests.messaging.office import Office
from tests.support.clock import MovedClock
from tests.support.waiting import until

TARGET = "https://example.org/a?b=c#d"
MESSAGE = "2cXKVkIbdVPdGhbtnl7nHHNoN6M"


@pytest.fixture
def key(installation: Installation) -> TextKey:
    return tracking_key(Sealer(installation.master_key()))


@pytest.fixture
def tracking(api: str, key: TextKey, environment: Environment) -> Tracking:
    """How a message of which nothing is stored any more is tracked."""
    return Tracking(key, api, None, environment.id, MESSAGE, True, True)


@pytest.fixture
def click_url(tracking: Tracking) -> str:
    url = tracking.click_url(TARGET)
    assert url is not None
    return url


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_leads_on(method: str, click_url: str) -> None:
    answer = httpx.request(method, click_url)
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.headers["location"] == TARGET


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_pixel_is_a_picture(method: str, tracking: Tracking) -> None:
    answer = httpx.request(method, tracking.open_url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content == b"" if method == "HEAD" else answer.content[:6] == b"GIF89a"


def test_neither_is_kept_by_anybody_nor_leaves_a_trace(click_url: str, tracking: Tracking) -> None:
    for url in (click_url, tracking.open_url):
        headers = httpx.get(url).headers
        assert headers["cache-control"] == "no-store, no-cache, must-revalidate, max-age=0"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert "set-cookie" not in headers
        assert "etag" not in headers


def test_the_host_that_was_asked_does_not_matter(click_url: str) -> None:
    answer = httpx.get(click_url, headers={"host": "click.example.net"})
    assert answer.headers["location"] == TARGET


def test_what_is_altered_leads_nowhere(click_url: str, tracking: Tracking, api: str, key: TextKey) -> None:
    """Each letter of the end, which says where to and is signed, and some others."""
    base, _, token = click_url.rpartition("/")
    altered = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token))
    ]
    other = Tracking(TextKey(key.secret + b"x"), api, None, 3, MESSAGE, True, True).click_url(TARGET)
    pixel = tracking.open_url.rpartition("/")[2]
    urls = [
        *(
            f"{base}/{each}"
            for each in (*altered, token[:-1], f"{token}A", f"{token}.gif", "x", "%FF", "%00", "https:")
        ),
        *(f"{api}/t/c/{pixel}", f"{api}/t/c/{pixel.removesuffix('.gif')}", f"{api}/t/o/{token}", f"{api}/t/o/.gif"),
        *(f"{api}/t/c/", f"{api}/t/", f"{api}/t/c/{token}/x", f"{api}/t/c?url={TARGET}", str(other)),
    ]
    with httpx.Client() as client:
        for url in urls:
            answer = client.get(url, headers={"accept-language": "en"})
            assert (answer.status_code, "location" in answer.headers) == (404, False), url
            assert "This link does not work any longer" in answer.text


def test_the_page_of_what_leads_nowhere_is_in_the_language_of_its_reader(api: str) -> None:
    answer = httpx.get(f"{api}/t/c/x", headers={"accept-language": "de-CH, en;q=0.5"})
    assert answer.headers["content-language"] == "de"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_else_is_done_with_it(method: str, click_url: str) -> None:
    answer = httpx.request(method, click_url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_browsers_may_ask_before(click_url: str) -> None:
    assert httpx.options(click_url).status_code == 204


async def test_it_is_told_to_the_message(
    api: str, worker: None, pool: Pool, installation: Installation, environment: Environment, tmp_path: Path
) -> None:
    sealer = Sealer(installation.master_key())
    office = Office(pool, environment.id, tmp_path, MovedClock(), sealer, public_url=api)
    async with mail_server() as server:

        async def has_arrived() -> bool:
            return bool(server.mails)

        await push(office, server, settings=f"  tracking_url: {api}\n")
        await office.identify("ada", email="ada@example.org")
        await office.trigger("ada", workflow="mail")
        await until(has_arrived)
        mail = arrived(server)
    for url in (*mail.pixels, *mail.links[:2]):
        assert httpx.get(url, headers={"user-agent": BROWSER}).status_code in (200, 302)

    async def is_told() -> bool:
        (message,) = await office.messages("ada")
        return message.read_at is not None and message.link_clicked_at is not None

    await until(is_told)


def test_metrics_count_it(api: str, click_url: str) -> None:
    httpx.get(click_url, headers={"user-agent": "curl/8"})
    httpx.head(click_url)
    text = httpx.get(f"{api}/metrics").text
    for result in ("taken", "automatic"):
        assert f'addressee_engagements_total{{kind="click",result="{result}"}}' in text
