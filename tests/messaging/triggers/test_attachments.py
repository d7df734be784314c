"""Attachments in a trigger's data: they go with its e-mails, and stay nowhere else."""

from base64 import b64encode
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from addressee.messaging.errors import DataInvalidError
from addressee.messaging.lifecycle.maintenance import delete_expired
from tests.messaging.office import FILES, Office

PDF, LOGO = b"%PDF-1.4\n", b"\x89PNG\r\n"


def described(name: str = "bill.pdf", content: bytes = PDF, **rest: Any) -> dict[str, Any]:
    return {"name": name, "content_type": "application/pdf", "content": b64encode(content).decode(), **rest}


LOGO_FILE = described("logo.png", LOGO, content_type="image/png", content_id="logo", disposition="inline")

BILL = """
steps:
  - ref: feed
    channel: in-app
    template: {body: "Your bill {{ data.number }} {{ data.attachments }}"}
  - ref: email
    channel: email
    template: {subject: Bill, html: "<img src='cid:logo'>", text: See the bill}
"""
OWN_KEY = """
steps:
  - ref: email
    type: channel
    channel_key: email
    template: {subject: Bill, text_body: See the bill, settings: {attachment_key: files}}
"""


async def pushed(office: Office, workflow: str = BILL) -> None:
    await office.push({**FILES, "workflows/bill.yaml": workflow})
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.com")


async def told(office: Office, *ids: str, **rest: Any) -> None:
    await office.trigger(*ids, workflow="bill", **rest)
    await office.work()


def attached(office: Office) -> dict[str, list[tuple[str | None, str, Any]]]:
    """The attachments of the e-mails in the outbox, by whom they went to."""
    found = {}
    for path in office.emails():
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert not message.defects
        found[str(message["To"]).partition("@")[0]] = [
            (part.get_filename(), part.get_content_type(), part.get_content()) for part in message.iter_attachments()
        ]
    return found


async def contents_stored(office: Office) -> int:
    statement = "SELECT count(*) FROM addressee.attachments WHERE environment_id = $1"
    count: int = await office.pool.fetchval(statement, office.environment_id)
    return count


async def test_they_go_with_every_recipients_e_mail(office: Office) -> None:
    await pushed(office)
    await told(office, "ada", "bob", data={"number": 7, "attachments": [described(), LOGO_FILE]})
    files = [("bill.pdf", "application/pdf", PDF), ("logo.png", "image/png", LOGO)]
    assert attached(office) == {"ada": files, "bob": files}
    assert await contents_stored(office) == 2


async def test_one_may_stand_alone_and_each_recipient_may_have_its_own(office: Office) -> None:
    await pushed(office)
    own = {office.user("bob"): {"attachments": described("for-bob.pdf", b"bob")}}
    await told(office, "ada", "bob", data={"attachments": described()}, overrides=own)
    assert attached(office) == {
        "ada": [("bill.pdf", "application/pdf", PDF)],
        "bob": [("for-bob.pdf", "application/pdf", b"bob")],
    }


async def test_a_template_may_name_another_key(office: Office) -> None:
    await pushed(office, OWN_KEY)
    await told(office, "ada", data={"files": described(), "attachments": "mine"})
    assert attached(office) == {"ada": [("bill.pdf", "application/pdf", PDF)]}
    (message,) = await office.messages("ada")
    assert message.data == {"attachments": "mine"}


async def test_they_stay_in_no_data_message_or_journal(office: Office) -> None:
    await pushed(office)
    await told(office, "ada", data={"number": 7, "attachments": [described()]})
    kept = await office.pool.fetch(
        """
        SELECT runs.data::text || coalesce(recipients.data::text, '') || recipients.journal::text
               || messages.data::text || messages.content::text || messages.filter_data::text AS text
        FROM addressee.workflow_runs AS runs
        JOIN addressee.recipient_runs AS recipients ON recipients.run_id = runs.id
        JOIN addressee.messages AS messages ON messages.recipient_run_id = recipients.id
        WHERE runs.environment_id = $1
        """,
        office.environment_id,
    )
    assert len(kept) == 2
    assert not any(described()["content"] in row["text"] for row in kept)
    (feed,) = (await office.feed("ada")).items.entries
    assert feed.message.data == {"number": 7}


async def test_a_name_can_neither_add_a_header_nor_get_lost(office: Office) -> None:
    await pushed(office)
    name = 'Rechnung "März"; filename=x.exe 請求書.pdf'
    await told(office, "ada", data={"attachments": described(name)})
    assert attached(office) == {"ada": [(name, "application/pdf", PDF)]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"content": "no base64!"}, "data.attachments[0].content"),
        ({"content": 5}, "data.attachments[0].content"),
        ({"name": "a\r\nBcc: eve@example.com"}, "data.attachments[0].name"),
        ({"name": ""}, "data.attachments[0].name"),
        ({"content_type": "text/html\r\nX: y"}, "data.attachments[0].content_type"),
        ({"content_id": "a>\r\nX: y"}, "data.attachments[0].content_id"),
        ({"disposition": "shown"}, "data.attachments[0].disposition"),
    ],
)
async def test_what_is_no_file_refuses_the_trigger(office: Office, wrong: dict[str, Any], field: str) -> None:
    await pushed(office)
    with pytest.raises(DataInvalidError) as error:
        await told(office, "ada", data={"attachments": [{**described(), **wrong}]})
    assert error.value.fields == [field]
    assert await contents_stored(office) == 0


@pytest.mark.parametrize("value", ["text", ["a", "b"], {"url": "https://example.com"}, [], None, 5])
async def test_what_describes_no_file_is_data_like_any_other(office: Office, value: Any) -> None:
    await pushed(office)
    await told(office, "ada", data={"attachments": value})
    assert {message.data["attachments"] == value for message in await office.messages("ada")} == {True}


async def test_whoever_is_deleted_takes_them_along(office: Office) -> None:
    await pushed(office)
    await told(office, "ada", data={"attachments": [described()]})
    await told(office, "ada", "bob", data={"attachments": [described()]})
    await office.delete("ada")
    await office.work()
    assert await contents_stored(office) == 1


async def test_their_contents_are_kept_until_all_is_sent(office: Office) -> None:
    await pushed(office, BILL.replace("steps:", "steps:\n  - ref: wait\n    delay: {days: 3}"))
    await told(office, "ada", data={"attachments": [described()]})
    office.clock.move(timedelta(days=1))
    await delete_expired(office.pool, office.clock.now())
    assert await contents_stored(office) == 1
    await office.pass_time(timedelta(days=3))
    assert attached(office) == {"ada": [("bill.pdf", "application/pdf", PDF)]}
    await delete_expired(office.pool, office.clock.now())
    assert await contents_stored(office) == 0
