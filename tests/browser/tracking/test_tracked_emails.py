"""E-mails that are tracked, as a browser shows them, and links where a browser finds them."""

from __future__ import annotations

import random
from pathlib import Path

from playwright.async_api import Page, Request, expect

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.messages.model import Message
from addressee.messaging.tracking.rewriting import rewritten
from tests.channels.mail_server import mail_server
from tests.conftest import Environment
from tests.messaging.feedback.tracked import MAIL, Arrived, arrived, push
from tests.messaging.office import Office
from tests.support.clock import MovedClock
from tests.support.waiting import until


async def mailed(office: Office, target: str) -> Arrived:
    """Returns an e-mail to Ada with a link to a page of the tests."""
    async with mail_server() as server:
        await push(
            office, server, MAIL.replace("https://example.org/b", target), f"  tracking_url: {office.public_url}\n"
        )
        await office.identify("ada", email="ada@example.org")
        await office.trigger("ada", workflow="mail")

        async def has_arrived() -> bool:
            return bool(server.mails)

        await until(has_arrived)
        return arrived(server)


async def message_of(office: Office) -> Message:
    (message,) = await office.messages("ada")
    return message


async def test_an_email_is_opened_and_its_link_followed(
    page: Page,
    api: str,
    worker: None,
    pool: Pool,
    installation: Installation,
    environment: Environment,
    tmp_path: Path,
) -> None:
    office = Office(pool, environment.id, tmp_path, MovedClock(), Sealer(installation.master_key()), public_url=api)
    local = api.replace("127.0.0.1", "localhost")
    mail = await mailed(office, f"{local}/health/live")
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/t/" in request.url:
            asked.append(request.url)

    page.on("request", note)
    await page.set_content(mail.html, wait_until="load")
    assert asked == mail.pixels
    picture = page.locator("img")
    assert await picture.evaluate("image => [image.naturalWidth, image.naturalHeight, image.complete]") == [1, 1, True]

    async def is_read() -> bool:
        return (await message_of(office)).read_at is not None

    await until(is_read)
    assert (await message_of(office)).link_clicked_at is None
    await page.get_by_text("B", exact=True).click()
    await expect(page).to_have_url(f"{local}/health/live")
    assert asked == [*mail.pixels, mail.links[1]]

    async def is_clicked() -> bool:
        return (await message_of(office)).link_clicked_at is not None

    await until(is_clicked)


async def test_a_link_that_was_altered_shows_a_page_that_says_so(page: Page, api: str) -> None:
    answer = await page.goto(f"{api}/t/c/altered")
    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_role("heading")).to_have_text("This link does not work any longer")


# What HTML is made of, in pieces that fit together in any order, mostly wrongly.
PIECES = (
    *("text", " ", "\n", "\r\n", "\t", "\f", "<", ">", "/", "=", "'", '"', "&amp;", "&", "?", "!"),
    *("<!--", "-->", "--!>", "<!-->", "<!--->", "<!doctype html>", "<?x", "<!x", "</ ", "</>", "<![CDATA["),
    *("<title>", "</title>", "<style>", "</style >", "<textarea>", "</textarea/>", "<xmp>", "</xmp x='>'>"),
    *(
        "<p title=",
        "<p title='",
        '<p title="',
        "</p ",
        "<b>",
        "</b>",
        "<img alt=''>",
        "<A ",
        "<area ",
        "</a>",
        "<abbr ",
    ),
    *("href=#", "HREF = ", "href", "href='#'", "data-href=", "x='>'", 'y="<"', "</body>", "</html>"),
)
LINKS = (
    "<a href='{}'>",
    '<a href="{}">',
    "<a href={}>",
    "<a\nhref\r\n=\t'{}'/>",
    "href={} ",
    "<area x href='{}'",
    "{}",
)

READ = """texts => texts.map(text => {
    const links = new DOMParser().parseFromString(text, 'text/html').querySelectorAll('a[href], area[href]');
    return [...links].map(link => link.getAttribute('href'));
})"""


def random_html(chance: random.Random) -> str:
    pieces = [
        chance.choice(LINKS).format(f"http://{number}/") if chance.random() < 0.4 else chance.choice(PIECES)
        for number in range(chance.randint(1, 16))
    ]
    return "".join(pieces)


def found_in(text: str) -> set[str]:
    found: list[str] = []
    rewritten(text, found.append, None)
    return {url.replace("\r\n", "\n") for url in found}


async def test_links_are_those_that_a_browser_finds(page: Page) -> None:
    """Browsers repeat links that are not closed, so each is looked at once."""
    chance = random.Random(18)
    texts = [random_html(chance) for _ in range(4_000)]
    differing = [
        (text, sorted(found_in(text)), sorted(set(browsers)))
        for text, browsers in zip(texts, await page.evaluate(READ, texts), strict=True)
        if found_in(text) - {""} != set(browsers) - {""}
    ]
    assert differing[:5] == []
    assert sum(len(found_in(text)) for text in texts) > 4_000
