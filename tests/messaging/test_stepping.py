"""A recipient's run as a pure state machine."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import structs

from addressee.channels.providers import ChannelType
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.messaging.content import EmailContent, InAppContent, scope
from addressee.messaging.delivery import Change, Status
from addressee.messaging.reference import Reference
from addressee.messaging.stepping import Facts, RecipientRun, RunStatus, run_through
from addressee.messaging.workflow import Channel, ChannelStep, EmailTemplate, InAppTemplate
from addressee.preferences.conditions import Known
from addressee.preferences.deciding import Wishes
from addressee.preferences.layering import effective

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
UID = UUID(int=1)
ADA = Recipient(Place(1, USERS, "ada"), UID, 1, NOW, attributes={"name": "Ada", "email": "ada@example.com"})
RUN = RecipientRun(UUID(int=2), Reference(USERS, "ada"), UID, {}, RunStatus.QUEUED)

IN_APP = ChannelStep(ref="feed", channel="in-app", template=InAppTemplate(body="Hi {{ recipient.name }}"))
EMAIL = ChannelStep(ref="mail", channel="email", template=EmailTemplate(subject="Hi", text="{{ data.x | upcase }}"))

CHANNELS = {
    "in-app": Channel(UUID(int=3), "in-app", "Feed", ChannelType.IN_APP_FEED, "feed", {}, NOW, NOW),
    "email": Channel(UUID(int=4), "email", "Mail", ChannelType.EMAIL, "smtp", {"from": "us@example.com"}, NOW, NOW),
}


def facts(recipient: Recipient | None = ADA, *, sandbox: bool = False, **data: Any) -> Facts:
    seen = (
        {}
        if recipient is None
        else scope(recipient=recipient, actor=None, tenant=None, data=data, variables={}, workflow={})
    )
    return Facts(recipient, seen, CHANNELS, sandbox, NOW, NOW)


def events(run: RecipientRun) -> list[tuple[Any, ...]]:
    return [(entry["event"], entry.get("step_ref"), entry["status"]) for entry in run.journal]


def test_every_step_makes_a_message() -> None:
    after, (feed, mail) = run_through(RUN, (IN_APP, EMAIL), facts(x="yes"))
    assert (after.status, after.step) == (RunStatus.COMPLETED, 2)
    assert events(after) == [
        ("step_started", "feed", "ok"),
        ("message_enqueued", "feed", "ok"),
        ("step_started", "mail", "ok"),
        ("message_enqueued", "mail", "ok"),
        ("run_completed", None, "ok"),
    ]
    assert after.journal[1]["data"] == {"message_id": feed.id, "channel_type": "in_app_feed"}
    assert (feed.changes, feed.addresses) == ((Change(Status.DELIVERED),), ())
    assert (mail.changes, mail.addresses) == ((Change(Status.QUEUED),), (("email", "ada@example.com"),))
    assert isinstance(mail.content, EmailContent)
    assert (mail.content.subject, mail.content.text, mail.content.html) == ("Hi", "YES", None)


def test_it_is_a_function() -> None:
    assert run_through(RUN, (IN_APP, EMAIL), facts()) == run_through(RUN, (IN_APP, EMAIL), facts())


def test_a_run_goes_on_where_it_stands() -> None:
    after, (mail,) = run_through(replace(RUN, step=1), (IN_APP, EMAIL), facts())
    assert (mail.step.ref, after.step) == ("mail", 2)


def test_who_is_gone_gets_nothing() -> None:
    after, effects = run_through(RUN, (IN_APP, EMAIL), facts(None))
    assert effects == []
    assert after.status is RunStatus.COMPLETED
    assert events(after) == [("error", None, "error"), ("run_completed", None, "ok")]
    assert after.journal[0]["data"] == {"reason": "recipient_missing"}


def test_a_step_without_an_address_is_skipped_and_the_run_goes_on() -> None:
    for email in (None, ""):
        nameless = structs.replace(ADA, attributes={"name": "Ada", "email": email})
        after, (feed,) = run_through(RUN, (EMAIL, IN_APP), facts(nameless))
        assert feed.step is IN_APP
        assert events(after)[:2] == [("step_started", "mail", "ok"), ("step_skipped", "mail", "ok")]
        assert after.journal[1]["data"] == {"reason": "no_email_address"}


def test_a_step_that_is_not_wanted_is_skipped_whatever_else_is_missing() -> None:
    document = {"kinds": {"email": False}}
    known = Known({}, frozenset(), NOW)
    wishes = Wishes(effective({"default": document}, None, {}, {}), "all_agree", known, "welcome")
    for recipient in (ADA, structs.replace(ADA, attributes={})):
        after, (feed,) = run_through(RUN, (EMAIL, IN_APP), replace(facts(recipient), wishes=wishes))
        assert feed.step is IN_APP
        assert events(after)[:2] == [("step_started", "mail", "ok"), ("step_skipped", "mail", "ok")]
        assert after.journal[1]["data"] == {
            "reason": "preferences",
            "layer": "recipient_default",
            "scope": "kinds.email",
        }


def test_in_the_sandbox_nothing_leaves() -> None:
    _, effects = run_through(RUN, (IN_APP, EMAIL), facts(sandbox=True))
    assert [(effect.changes, effect.addresses) for effect in effects] == [((Change(Status.NOT_SENT),), ())] * 2


def test_a_template_that_fails_costs_its_own_message_only() -> None:
    failing = ChannelStep(ref="feed", channel="in-app", template=InAppTemplate(body="{{ 1 | divided_by: 0 }}"))
    after, (broken, mail) = run_through(RUN, (failing, EMAIL), facts())
    assert broken.content == InAppContent(())
    (change,) = broken.changes
    assert change.status is Status.UNDELIVERED
    assert change.data is not None
    assert change.data["failure_reason"] == "fatal_error"
    assert change.data["failure_details"].startswith("template: line 1: ")
    assert ("error", "feed", "error") in events(after)
    assert mail.changes == (Change(Status.QUEUED),)
