"""The list of messages, and the page of one."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.messaging.messages.clicks import Click, add_clicks
from addressee.operators.operators import Operators
from tests.channels.mail_server import MailServer
from tests.conftest import Environment
from tests.dashboard.messages.conftest import SMTP, message_in
from tests.messaging.office import Office
from tests.support.browsing import load, submit

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def sent(office: Office, mail: MailServer) -> Office:
    """Ada got both messages, Bob's e-mail bounced, and Cora has no address."""
    mail.refused["bob@example.org"] = "550 5.1.1 no such user"
    await office.identify("ada", email="ada@example.org")
    await office.identify("bob", email="bob@example.org")
    await office.identify("cora")
    await office.trigger("ada", "bob", "cora", data={"code": "A-1"}, tenant="acme")
    for id, status in (("ada", "sent"), ("bob", "bounced")):
        await message_in(office, id, "mail", status)
    await message_in(office, "cora", "in-app", "delivered")
    return office


async def rows(browser: httpx.AsyncClient, path: str) -> list[str]:
    page = await load(browser, path)
    return sorted(
        " ".join(cell.text for cell in row.all("td")) for table in page.all("tbody") for row in table.all("tr")
    )


@pytest.mark.usefixtures("sent")
async def test_the_list_tells_what_became_of_messages(editor: httpx.AsyncClient, at: Callable[..., str]) -> None:
    assert await rows(editor, at("messages")) == [
        "ada in acme welcome Inbox In-app Delivered in the feed",
        "ada in acme welcome Mail E-mail Sent ada@example.org",
        "bob in acme welcome Inbox In-app Delivered in the feed",
        "bob in acme welcome Mail E-mail Bounced bob@example.org",
        "cora in acme welcome Inbox In-app Delivered in the feed",
    ]


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ({"status": "bounced"}, ["bob in acme welcome Mail E-mail Bounced bob@example.org"]),
        ({"channel": "email", "recipient": "ada"}, ["ada in acme welcome Mail E-mail Sent ada@example.org"]),
        ({"recipient": "cora"}, ["cora in acme welcome Inbox In-app Delivered in the feed"]),
        ({"workflow": "later"}, []),
        ({"tenant": "other"}, []),
        ({"since": "2999-01-01"}, []),
        ({"recipient": SCRIPT}, []),
        ({"recipient": "ada", "collection": "projects"}, []),
    ],
)
async def test_filters_limit_the_list(
    editor: httpx.AsyncClient, at: Callable[..., str], filter: dict[str, str], found: list[str]
) -> None:
    assert await rows(editor, at("messages", **filter)) == found


@pytest.mark.usefixtures("sent")
async def test_counts_lead_to_the_messages_of_a_status(editor: httpx.AsyncClient, at: Callable[..., str]) -> None:
    page = await load(editor, at("messages"))
    (counts,) = page.all("p", **{"class": "counts"})
    assert counts.text == "Sent 1 Delivered 3 Bounced 1 of all that match"
    link = counts.all("a")[2].attributes["href"]
    assert link is not None
    assert await rows(editor, link) == ["bob in acme welcome Mail E-mail Bounced bob@example.org"]


@pytest.mark.usefixtures("sent")
async def test_a_viewer_sees_addresses_masked(viewer: httpx.AsyncClient, at: Callable[..., str]) -> None:
    answer = await viewer.get(at("messages"))
    assert "a••••@example.org" in answer.text
    assert "ada@example.org" not in answer.text


@pytest.mark.parametrize(
    ("filter", "said"),
    [
        ({"status": "lost"}, "There is no status &#39;lost&#39;. Choose one of: queued, sent,"),
        ({"channel": "pigeon"}, "There is no channel &#39;pigeon&#39; in this environment."),
        ({"since": "yesterday"}, "since must be an ISO-8601 date and time."),
        ({"after": "nonsense"}, "This link leads to no page of this list."),
    ],
)
async def test_a_filter_that_is_none_is_told(
    viewer: httpx.AsyncClient, at: Callable[..., str], filter: dict[str, str], said: str
) -> None:
    answer = await viewer.get(at("messages", **filter))
    assert answer.status_code == 422
    assert said in answer.text


async def test_an_environment_without_messages_says_what_to_do(
    viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    page = await load(viewer, at("messages"))
    assert "No messages yet" in page.text


async def test_a_message_shows_what_it_says_and_what_became_of_it(
    sent: Office, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    message = await message_in(sent, "ada", "mail", "sent")
    page = await load(editor, at("messages", message.id))
    assert page.one("h1").text == "E-mail to ada"
    for expected in (
        "Subject Hello, Ada From Example <hello@example.com> To ada@example.org",
        "Text Your code is A-1",
        "Made by the workflow",
        "The provider took it",
        "Workflow welcome , step mail",
        "Data code A-1",
    ):
        assert expected in page.text
    frames = page.all("iframe")
    assert [frame.attributes["title"] for frame in frames] == [
        "The e-mail as on a computer",
        "The e-mail as on a phone",
    ]
    assert all("sandbox" in frame.attributes for frame in frames)
    framed = await editor.get(frames[0].attributes["src"] or "")
    assert framed.text == "<p>Your code is A-1</p>"
    assert "sandbox" in framed.headers["content-security-policy"]


async def test_a_message_says_which_channel_stood_in(
    office: Office, mail: MailServer, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    channel = SMTP.format(port=mail.port)
    backup = channel.replace("name: Mail", "name: Backup")
    await office.push({"channels/email.yaml": f"{channel}failover: [backup]", "channels/backup.yaml": backup})
    await office.pool.execute(
        "UPDATE addressee.channels SET sealed_secrets = 'sealed elsewhere' WHERE environment_id = $1 AND key = 'email'",
        office.environment_id,
    )
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", data={"code": "A-1"})
    message = await message_in(office, "ada", "mail", "sent")
    page = await load(editor, at("messages", message.id))
    told = (
        "A stand-in of its channel took over. From email, which has settings or secrets that cannot be used, to backup."
    )
    for expected in ("Channel Mail Sent by Backup , standing in", told):
        assert expected in page.text
    run = await load(editor, at("runs", message.run_id, recipient=message.recipient_run_id))
    assert "Another channel took over mail" in run.text
    assert told in run.text


async def test_a_message_that_did_not_arrive_says_why(
    sent: Office, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    message = await message_in(sent, "bob", "mail", "bounced")
    page = await load(editor, at("messages", message.id))
    (notice,) = page.all("div", **{"class": "notice bad because"})
    assert notice.text == "It was refused for good. SMTP 550: 5.1.1 no such user"


async def test_a_message_in_the_feed_shows_its_blocks(
    sent: Office, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    message = await message_in(sent, "ada", "in-app", "delivered")
    page = await load(editor, at("messages", message.id))
    assert "<p><strong>Hello, Ada!</strong></p>" in page.text
    assert "goes to no provider" in page.text
    assert (await editor.get(at("messages", message.id, "email"))).status_code == 404


async def test_contents_are_hidden_from_a_viewer_until_that_is_recorded(
    sent: Office,
    viewer: httpx.AsyncClient,
    at: Callable[..., str],
    operators: Operators,
    environment: Environment,
) -> None:
    message = await message_in(sent, "ada", "mail", "sent")
    before = await viewer.get(at("messages", message.id))
    assert "ada@example.org" not in before.text
    assert "A-1" not in before.text
    assert (await viewer.get(at("messages", message.id, "email"))).status_code == 403
    page = await load(viewer, at("messages", message.id))
    form = page.one("form", action=at("messages", message.id, "reveal"))
    after = await submit(viewer, form)
    assert after.status_code == 200
    assert "ada@example.org" in after.text
    assert "Your code is A-1" in after.text
    (act,) = (await operators.acts.list(environment.id, PageRequest(5))).entries
    assert (act.name, act.subject, act.detail) == ("messages.reveal", "ada", {"message": message.id})


async def test_a_link_that_was_clicked_is_named_to_those_who_see_contents(
    sent: Office, editor: httpx.AsyncClient, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    message = await message_in(sent, "ada", "mail", "sent")
    clicks = [Click(message.id, "https://example.org/offer")]
    async with sent.pool.acquire() as connection, connection.transaction():
        await add_clicks(connection, sent.environment_id, clicks, sent.clock.now())
    shown, hidden = [await load(browser, at("messages", message.id)) for browser in (editor, viewer)]
    assert "A link was clicked" in hidden.text
    assert "example.org/offer" not in hidden.text
    assert "https://example.org/offer" in shown.text


async def test_the_pass_of_a_revealed_message_opens_its_frame_only(
    sent: Office, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    ada, bob = await message_in(sent, "ada", "mail", "sent"), await message_in(sent, "bob", "mail", "bounced")
    page = await load(viewer, at("messages", ada.id))
    revealed = await submit(viewer, page.one("form", action=at("messages", ada.id, "reveal")))
    query = revealed.text.split("email?pass=")[1].split('"')[0]
    assert (await viewer.get(f"{at('messages', ada.id, 'email')}?pass={query}")).text == "<p>Your code is A-1</p>"
    assert (await viewer.get(f"{at('messages', bob.id, 'email')}?pass={query}")).status_code == 403


async def test_hostile_data_are_shown_as_text(
    office: Office, mail: MailServer, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    id = "a/b%c?d e..\u202e😀"
    await office.identify(id, name=SCRIPT, email="ada@example.org")
    await office.trigger(id, data={"code": SCRIPT, SCRIPT: "x" * 50_000})
    message = await message_in(office, id, "mail", "sent")
    listed = await editor.get(at("messages"))
    assert at("users", id) in listed.text
    shown = await editor.get(at("messages", message.id))
    assert shown.status_code == 200
    assert SCRIPT not in shown.text
    assert len(shown.content) < 200_000
    assert "Cut here: it has 50," in shown.text


@pytest.mark.parametrize("id", ["missing", "a/b", SCRIPT, "..%2f", "x" * 3000])
async def test_an_unknown_message_says_so(viewer: httpx.AsyncClient, at: Callable[..., str], id: str) -> None:
    answer = await viewer.get(at("messages", id))
    assert answer.status_code == 404


async def test_a_message_of_another_environment_is_none(
    sent: Office, viewer: httpx.AsyncClient, other_environment: Environment, at: Callable[..., str]
) -> None:
    message = await message_in(sent, "ada", "mail", "sent")
    path = at("messages", message.id).replace(at(), at().rsplit("/", 1)[0] + "/" + other_environment.name)
    assert (await viewer.get(path)).status_code == 404
