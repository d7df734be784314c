"""Who is not to be written to any more, as providers tell it: the suppression list, and preferences after a STOP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from addressee.channels.callback import EventKind, ProviderEvent
from addressee.database.paging import PageRequest
from addressee.directory.edits.recipients import SetPreferences
from addressee.directory.writing.writes import Write
from addressee.messaging.feedback.opt_outs import changed_set
from addressee.messaging.feedback.provider_events import ApplyProviderEvents
from addressee.messaging.messages.status import Status
from addressee.messaging.suppressions.model import Suppression
from addressee.messaging.suppressions.suppressions import SuppressionFilter, Suppressions
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.feedback.told import bounce, message_of, postmark, report, sent_to, tell
from tests.messaging.office import Office

ADA = "ada@example.org"
NUMBER = "+4915112345678"
TWILIO = """
type: sms
provider: twilio
settings: {{account_sid: AC1, auth_token: "12345", from: "+15005550006", endpoint: "{url}"}}
"""
SMS_ONLY = """
steps:
  - ref: sms
    channel: sms
    template: {body: "Hello {{ recipient.name }}"}
"""
STOP = ProviderEvent(kind=EventKind.OPTED_OUT, address=NUMBER, reason="STOP")
START = ProviderEvent(kind=EventKind.OPTED_IN, address=NUMBER, reason="START")


@pytest.fixture
async def email(office: Office) -> AsyncIterator[ProviderServer]:
    async with postmark(office) as server:
        yield server


@pytest.fixture
async def twilio(office: Office) -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:

        def taken(request: ReceivedRequest) -> Reply:
            return Reply(201, {"sid": f"SM-{request.form['To']}", "status": "queued"})

        server.answer = taken
        await office.push({"channels/sms.yaml": TWILIO.format(url=server.url), "workflows/sms.yaml": SMS_ONLY})
        yield server


async def suppressed(office: Office) -> list[Suppression]:
    stored = Suppressions(office.pool, office.clock)
    return [*(await stored.list(office.environment_id, SuppressionFilter(), PageRequest(50))).entries]


async def reasons(office: Office) -> list[tuple[str, str]]:
    return [(each.address, str(each.reason)) for each in await suppressed(office)]


async def texted(office: Office, *events: ProviderEvent) -> None:
    channel_id = await office.channel_id("sms")
    await office.carry_out(ApplyProviderEvents(office.environment_id, channel_id, [*events], office.clock.now()))


async def kinds_of(office: Office, id: str) -> Any:
    recipient = await office.directory.read(office.user(id))
    assert recipient is not None
    return recipient.preferences.get("default", {}).get("kinds")


async def text_to(office: Office, *ids: str, number: str = NUMBER) -> None:
    for id in ids:
        await office.identify(id, phone_number=number)
    await office.trigger(*ids, workflow="sms")
    await office.work()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (bounce(ADA), [(ADA, "bounced")]),
        (bounce(ADA, "SoftBounce"), []),
        (report("SpamComplaint", ADA, Type="SpamComplaint"), [(ADA, "complained")]),
        (
            report("SubscriptionChange", ADA, SuppressSending=True, SuppressionReason="ManualSuppression"),
            [(ADA, "opted_out")],
        ),
        (report("Delivery", ADA), []),
    ],
)
async def test_an_email_address(
    office: Office, email: ProviderServer, told: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    await sent_to(office, "ada")
    await tell(office, told)
    assert await reasons(office) == expected


async def test_a_suppression_names_the_message_and_the_providers_words(office: Office, email: ProviderServer) -> None:
    await sent_to(office, "ada")
    await tell(office, bounce(ADA))
    (entry,) = await suppressed(office)
    assert (entry.kind, entry.details) == ("email", "HardBounce 550 5.1.1 unknown")
    assert (entry.channel_id, entry.message_id) == (
        await office.channel_id("email"),
        (await message_of(office, "ada")).id,
    )


async def test_nothing_is_sent_to_who_complained(office: Office, email: ProviderServer) -> None:
    await sent_to(office, "ada")
    await tell(office, report("SpamComplaint", ADA))
    await office.trigger("ada", workflow="mail")
    await office.work()
    assert [message.status for message in await office.messages("ada")] == [Status.NOT_SENT, Status.SENT]
    assert len(email.received) == 1


async def test_who_wants_messages_again_gets_them_but_not_after_a_complaint(
    office: Office, email: ProviderServer
) -> None:
    await sent_to(office, "ada", "bob")
    bob = "bob@example.org"
    await tell(office, bounce(ADA), report("SpamComplaint", bob))
    await tell(office, *(report("SubscriptionChange", each, SuppressSending=False) for each in (ADA, bob)))
    assert await reasons(office) == [(bob, "complained")]
    recipient = await office.directory.read(office.user("ada"))
    assert recipient is not None
    assert [each["status"] for each in recipient.addresses] == ["active"]


async def test_a_number_that_texts_stop_gets_no_more_sms(office: Office, twilio: ProviderServer) -> None:
    """Everybody who was written to at it is meant; who has another number is not."""
    await text_to(office, "ada", "bob")
    await text_to(office, "cleo", number="+4915112345679")
    await texted(office, STOP)
    assert await reasons(office) == [(NUMBER, "opted_out")]
    assert [await kinds_of(office, id) for id in ("ada", "bob", "cleo")] == [{"sms": False}, {"sms": False}, None]
    await office.trigger("ada", workflow="sms")
    await office.work()
    assert len(twilio.received) == 3


async def test_start_takes_it_back(office: Office, twilio: ProviderServer) -> None:
    await text_to(office, "ada")
    await texted(office, STOP)
    await texted(office, START)
    assert await reasons(office) == []
    assert await kinds_of(office, "ada") == {"sms": True}
    await office.trigger("ada", workflow="sms")
    await office.work()
    assert len(twilio.received) == 2


@pytest.mark.parametrize(("texts", "left"), [((STOP, START), []), ((START, STOP), ["opted_out"])])
async def test_the_last_word_counts(
    office: Office, twilio: ProviderServer, texts: tuple[ProviderEvent, ...], left: list[str]
) -> None:
    await text_to(office, "ada")
    await texted(office, *texts)
    assert [reason for _, reason in await reasons(office)] == left
    assert await kinds_of(office, "ada") == {"sms": not left}


async def test_start_changes_nothing_for_who_never_said_stop(office: Office, twilio: ProviderServer) -> None:
    """People answer YES to many questions."""
    await text_to(office, "ada")
    await texted(office, START)
    recipient = await office.directory.read(office.user("ada"))
    assert recipient is not None
    assert recipient.preferences == {}


async def test_other_preferences_are_kept(office: Office, twilio: ProviderServer) -> None:
    await text_to(office, "ada")
    given = {"kinds": {"email": False}, "categories": {"news": False}}
    await office.directory.write(Write(office.user("ada"), (SetPreferences("default", given),)))
    await texted(office, STOP)
    recipient = await office.directory.read(office.user("ada"))
    assert recipient is not None
    assert recipient.preferences["default"] == {**given, "kinds": {"email": False, "sms": False}}


async def test_a_number_nobody_was_written_to_at_is_suppressed_all_the_same(
    office: Office, twilio: ProviderServer
) -> None:
    await office.identify("ada", phone_number=NUMBER)
    await texted(office, STOP)
    assert [reason for _, reason in await reasons(office)] == ["opted_out"]
    assert await kinds_of(office, "ada") is None


async def test_a_number_that_does_not_exist_is_dead_for_its_owner_only(office: Office, twilio: ProviderServer) -> None:
    """It will be given to somebody else."""
    await text_to(office, "ada")
    await texted(office, ProviderEvent(kind=EventKind.BOUNCED, provider_id=f"SM-{NUMBER}"))
    assert await reasons(office) == []
    recipient = await office.directory.read(office.user("ada"))
    assert recipient is not None
    assert [each["status"] for each in recipient.addresses] == ["disabled"]


async def test_who_told_the_provider_to_stop(office: Office, twilio: ProviderServer) -> None:
    """Twilio says so when it does not send."""
    await text_to(office, "ada")
    id = f"SM-{NUMBER}"
    failed = ProviderEvent(kind=EventKind.UNDELIVERED, provider_id=id, reason="21610")
    await texted(office, failed, ProviderEvent(kind=EventKind.OPTED_OUT, provider_id=id, reason="21610"))
    message = await message_of(office, "ada")
    assert (await office.events(message))[-1] == (
        "undelivered",
        {"failure_reason": "opted_out", "failure_details": "twilio: 21610"},
    )
    assert await reasons(office) == [(NUMBER, "opted_out")]
    assert await kinds_of(office, "ada") is None


async def test_a_channel_of_whose_messages_too_many_bounce_is_not_believed(
    office: Office, email: ProviderServer
) -> None:
    await sent_to(office, "ada")
    statement = """
        UPDATE addressee.channel_states SET addresses_kept_until = $2 WHERE environment_id = $1
    """
    await office.pool.execute(statement, office.environment_id, office.clock.now().replace(year=2030))
    await tell(office, bounce(ADA))
    assert (await message_of(office, "ada")).status is Status.BOUNCED
    assert await reasons(office) == []
    recipient = await office.directory.read(office.user("ada"))
    assert recipient is not None
    assert recipient.addresses == []


def test_a_kind_of_a_group_is_refused_by_itself() -> None:
    assert changed_set({"kinds": {"chat": True}}, "whatsapp", wanted=False) == {
        "kinds": {"chat": True, "whatsapp": False}
    }
    assert changed_set({"kinds": {"chat": False}}, "whatsapp", wanted=True) == {
        "kinds": {"chat": False, "whatsapp": True}
    }
    assert changed_set({"kinds": "malformed"}, "sms", wanted=False) == {"kinds": {"sms": False}}
