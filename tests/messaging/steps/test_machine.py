"""A recipient's run as a pure state machine."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from addressee.channels.provider import ChannelType
from addressee.conditions.operators import ConditionContext
from addressee.directory.recipient import USERS, Identity, Place, Recipient
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.in_app import Block, InAppContent, InAppTemplate
from addressee.messaging.content.model import Content
from addressee.messaging.content.push import PushContent, PushTemplate
from addressee.messaging.content.scope import exposed, with_data
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.status import Status, StatusChange
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.machine import Pass
from addressee.messaging.steps.machine import run_through as whole_pass
from addressee.messaging.steps.model import NewMessage
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.preferences.decision import PreferenceContext
from addressee.preferences.layers import effective

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
UID = UUID(int=1)
ADA = Recipient(Place(1, USERS, "ada"), UID, 1, NOW, attributes={"name": "Ada", "email": "ada@example.com"})
RUN = RecipientRun(UUID(int=2), Identity(1, USERS, "ada", UID), {}, RunStatus.QUEUED)

IN_APP = ChannelStep(ref="feed", channel="in-app", template=InAppTemplate(body="Hi {{ recipient.name }}"))
EMAIL = ChannelStep(ref="mail", channel="email", template=EmailTemplate(subject="Hi", text="{{ data.x | upcase }}"))

CHANNELS = {
    "in-app": Channel(UUID(int=3), "in-app", "Feed", ChannelType.IN_APP_FEED, "feed", {}, NOW, NOW),
    "email": Channel(UUID(int=4), "email", "Mail", ChannelType.EMAIL, "smtp", {"from": "us@example.com"}, NOW, NOW),
    "push": Channel(UUID(int=5), "push", "Push", ChannelType.PUSH, "fcm", {}, NOW, NOW),
}


def run_through(*arguments: Any) -> tuple[RecipientRun, Sequence[NewMessage]]:
    done: Pass = whole_pass(*arguments)
    assert done.request is None
    return done.run, done.messages


def context(recipient: Recipient | None = ADA, *, sandbox: bool = False, **data: Any) -> StepContext:
    seen = (
        {}
        if recipient is None
        else {**with_data(data), "recipient": exposed(recipient), "actor": None, "tenant": None, "vars": {}}
    )
    return StepContext(recipient, seen, CHANNELS, sandbox, NOW, NOW)


def events(run: RecipientRun) -> list[tuple[Any, ...]]:
    return [(entry["event"], entry.get("step_ref"), entry["status"]) for entry in run.journal]


def test_every_step_makes_a_message() -> None:
    after, (feed, mail) = run_through(RUN, (IN_APP, EMAIL), context(x="yes"))
    assert (after.status, after.step) == (RunStatus.COMPLETED, 2)
    assert events(after) == [
        ("step_started", "feed", "ok"),
        ("message_enqueued", "feed", "ok"),
        ("step_started", "mail", "ok"),
        ("message_enqueued", "mail", "ok"),
        ("run_completed", None, "ok"),
    ]
    assert after.journal[1]["data"] == {"message_id": feed.id, "channel_type": "in_app_feed"}
    assert (feed.changes, feed.addresses) == ((StatusChange(Status.DELIVERED),), ())
    assert (mail.changes, mail.addresses) == ((StatusChange(Status.QUEUED),), (("email", "ada@example.com"),))
    assert isinstance(mail.content, EmailContent)
    assert (mail.content.subject, mail.content.text, mail.content.html) == ("Hi", "YES", None)


def test_it_is_a_function() -> None:
    assert run_through(RUN, (IN_APP, EMAIL), context()) == run_through(RUN, (IN_APP, EMAIL), context())


def test_a_run_goes_on_where_it_stands() -> None:
    after, (mail,) = run_through(structs.replace(RUN, step=1), (IN_APP, EMAIL), context())
    assert (mail.step.ref, after.step) == ("mail", 2)


def test_who_is_gone_gets_nothing() -> None:
    after, effects = run_through(RUN, (IN_APP, EMAIL), context(None))
    assert list(effects) == []
    assert after.status is RunStatus.COMPLETED
    assert events(after) == [("error", None, "error"), ("run_completed", None, "ok")]
    assert after.journal[0]["data"] == {"reason": "recipient_missing"}


def test_a_step_without_an_address_is_skipped_and_the_run_goes_on() -> None:
    for email in (None, ""):
        nameless = structs.replace(ADA, attributes={"name": "Ada", "email": email})
        after, (feed,) = run_through(RUN, (EMAIL, IN_APP), context(nameless))
        assert feed.step is IN_APP
        assert events(after)[:2] == [("step_started", "mail", "ok"), ("step_skipped", "mail", "ok")]
        assert after.journal[1]["data"] == {"reason": "no_email_address"}


def test_a_step_that_is_not_wanted_is_skipped_whatever_else_is_missing() -> None:
    document = {"kinds": {"email": False}}
    known = ConditionContext({}, frozenset(), NOW)
    preferences = PreferenceContext(effective({"default": document}, None, {}, {}), "all_agree", known, "welcome")
    for recipient in (ADA, structs.replace(ADA, attributes={})):
        after, (feed,) = run_through(RUN, (EMAIL, IN_APP), structs.replace(context(recipient), preferences=preferences))
        assert feed.step is IN_APP
        assert events(after)[:2] == [("step_started", "mail", "ok"), ("step_skipped", "mail", "ok")]
        assert after.journal[1]["data"] == {
            "reason": "preferences",
            "layer": "recipient_default",
            "scope": "kinds.email",
        }


def test_in_the_sandbox_nothing_leaves() -> None:
    _, effects = run_through(RUN, (IN_APP, EMAIL), context(sandbox=True))
    assert [(effect.changes, effect.addresses) for effect in effects] == [((StatusChange(Status.NOT_SENT),), ())] * 2


def test_a_template_that_fails_costs_its_own_message_only() -> None:
    failing = ChannelStep(ref="feed", channel="in-app", template=InAppTemplate(body="{{ 1 | divided_by: 0 }}"))
    after, (broken, mail) = run_through(RUN, (failing, EMAIL), context())
    assert broken.content == InAppContent(())
    (change,) = broken.changes
    assert change.status is Status.UNDELIVERED
    assert change.data is not None
    assert change.data["failure_reason"] == "fatal_error"
    assert change.data["failure_details"].startswith("template: line 1: ")
    assert ("error", "feed", "error") in events(after)
    assert mail.changes == (StatusChange(Status.QUEUED),)


REFUSED = "link: javascript: is no scheme that links of this channel may have"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            ChannelStep(ref="a", channel="in-app", template=InAppTemplate(body="x", action_url="{{ data.url }}")),
            InAppContent(
                (Block("body", "markdown", "x", "<p>x</p>"), Block("action_url", "text", "{{ data.url }}", ""))
            ),
        ),
        (
            ChannelStep(ref="a", channel="in-app", template=InAppTemplate(body="[x]({{ data.url }})")),
            InAppContent(
                (Block("body", "markdown", "[x]({{ data.url }})", '<p><a rel="noopener noreferrer">x</a></p>'),)
            ),
        ),
        (
            ChannelStep(
                ref="a",
                channel="email",
                template=EmailTemplate(subject="x", html='<a href="{{ data.url }}">x</a>', text="{{ data.url }}"),
            ),
            EmailContent(
                sender="us@example.com",
                to="ada@example.com",
                subject="x",
                html="<a >x</a>",
                text="javascript:alert(1)",
                reply_to=None,
            ),
        ),
        (
            ChannelStep(
                ref="a",
                channel="push",
                template=PushTemplate(title="x", body="x", data={"a": "b"}, action_url="{{ data.url }}"),
            ),
            PushContent(tokens=("token",), title="x", body="x", data={"a": "b"}),
        ),
        (
            ChannelStep(
                ref="a",
                channel="push",
                template=PushTemplate(title="x", body="x", data={"action_url": "{{ data.url }}"}),
            ),
            PushContent(tokens=("token",), title="x", body="x", data={}),
        ),
    ],
)
def test_a_link_that_there_may_not_be_is_left_out_and_the_journal_says_so(step: ChannelStep, said: Content) -> None:
    reachable = structs.replace(
        ADA, addresses=[{"kind": "android_push", "key": "fcm:token", "value": "token", "status": "active"}]
    )
    after, (made,) = run_through(RUN, (step,), context(reachable, url="javascript:alert(1)"))
    assert made.content == said
    assert [entry["data"] for entry in after.journal if entry["event"] == "link_refused"] == [{"reason": REFUSED}]
    assert ("link_refused", "a", "error") in events(after)
    assert made.changes[-1].status in {Status.DELIVERED, Status.QUEUED}


def test_a_channel_may_allow_links_of_more_schemes() -> None:
    template = InAppTemplate(body="[x]({{ data.url }})", action_url="{{ data.url }}")
    allowing = replace(CHANNELS["in-app"], settings={"link_schemes": ["myapp"]})
    known = structs.replace(context(url="myapp://orders/1?a=1&b=2"), channels={"in-app": allowing})
    after, (made,) = run_through(RUN, (ChannelStep(ref="a", channel="in-app", template=template),), known)
    assert isinstance(made.content, InAppContent)
    assert [block.rendered for block in made.content.blocks] == [
        '<p><a href="myapp://orders/1?a=1&amp;b=2" rel="noopener noreferrer">x</a></p>',
        "myapp://orders/1?a=1&b=2",
    ]
    assert "link_refused" not in [event for event, *_ in events(after)]
