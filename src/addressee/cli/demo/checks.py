"""Compares the results with those that the input implies. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import getaddresses
from html import unescape
from typing import Any

from knockapi.types.users import FeedListItemsResponse

from addressee.cli.demo.everywhere import expected
from addressee.cli.demo.overnight import COMMENTS, Night
from addressee.cli.demo.people import DELETED, USER, People, Person
from addressee.cli.demo.scenario import Results

SENDER = ("Example", "hello@example.com")
NO_ADDRESS = "no_email_address"


@dataclass(frozen=True, slots=True)
class Check:
    """An expectation. One that is `counted` is a row in the table of counts."""

    name: str
    expected: object
    found: object
    counted: bool = False

    @property
    def passed(self) -> bool:
        return self.expected == self.found


def check_all(people: People, results: Results) -> list[Check]:
    return [*counts(people, results), *contents(people, results)]


def counts(people: People, results: Results) -> list[Check]:
    in_app = sum(len(items) for items in results.feeds.values())
    return [
        Check("people", len(people.remaining), len(results.users), counted=True),
        Check("deleted", 1, int(results.deleted_is_gone and DELETED not in results.users), counted=True),
        Check("completed runs", len(people.remaining), results.completed_runs, counted=True),
        Check("in-app messages", len(people.remaining), in_app, counted=True),
        Check("e-mails", len(people.by_email), len(results.emails), counted=True),
        Check("e-mail steps skipped", len(people.without_email), len(results.skipped), counted=True),
    ]


def contents(people: People, results: Results) -> list[Check]:
    """Returns checks of contents. Those of lists name the people for whom something is wrong."""
    skipped = {id: skip.reason for id, skip in results.skipped.items() if skip.step == "email"}
    written_to = Counter(recipient_of(email) for email in results.emails)
    return [
        Check("rows written in bulk", len(people.in_bulk), results.bulk_successes),
        Check("the user as fetched", people.person(USER).user, without_service_fields(results.user)),
        Check("users not as they were sent", [], wrong_users(people.remaining, results.users)),
        Check("feeds not as they must be", [], wrong_feeds(people.remaining, results.feeds)),
        Check("items in the feed of the deleted user", 0, len(results.feeds[DELETED])),
        Check("addresses written to, and how often", dict.fromkeys(people.by_email, 1), dict(written_to)),
        Check("e-mails not as they must be", [], wrong_emails(people, results.emails)),
        Check("the addressee's messages", {"in_app_feed": "delivered", "email": "sent"}, dict(results.statuses)),
        Check("messages that vendors got", expected(), list(results.arrivals)),
        Check("why e-mails were skipped", {person.id: NO_ADDRESS for person in people.without_email}, skipped),
    ]


def check_night(night: Night) -> list[Check]:
    """Returns checks of the e-mail that ten comments became: none before it is eight."""
    emails = night.emails[-1]
    told = [entry.event for entry in night.entries if entry.step == "night" and entry.event == "batched"]
    by_hour = [len(found) for found in night.emails]
    return [
        Check("comments that became one e-mail", COMMENTS, len(told) + len(emails), counted=True),
        Check("e-mails by six, seven and eight", [0, 0, 1], by_hour),
        Check(
            "subject of the digest", [f"{COMMENTS} comments while you were away"], [each["Subject"] for each in emails]
        ),
        Check("comments in the digest", COMMENTS, sum(part(each, "plain").count(": Comment ") for each in emails)),
    ]


def wrong_users(people: Sequence[Person], users: Mapping[str, dict[str, Any]]) -> list[str]:
    return [person.id for person in people if without_service_fields(users.get(person.id, {})) != person.user]


def without_service_fields(user: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a user without the fields that the service adds."""
    return {name: value for name, value in user.items() if name not in {"updated_at", "__cursor"}}


def wrong_feeds(people: Sequence[Person], feeds: Mapping[str, Sequence[FeedListItemsResponse]]) -> list[str]:
    return [person.id for person in people if not is_welcome_item(person, feeds.get(person.id, ()))]


def is_welcome_item(person: Person, items: Sequence[FeedListItemsResponse]) -> bool:
    bodies = [rendered(item) for item in items]
    expected = f"<p><strong>Welcome, {person.name}!</strong> It is good to have you with us.</p>"
    return bodies == [expected] and items[0].source.key == "welcome"


def rendered(item: FeedListItemsResponse) -> str:
    """Returns the body of a feed's item, with HTML entities decoded."""
    [body] = [block for block in item.blocks if block.name == "body" and block.type == "markdown"]
    return unescape(body.rendered)


def recipient_of(email: EmailMessage) -> str:
    [(_, address)] = getaddresses(email.get_all("To", []))
    return address


def wrong_emails(people: People, emails: Sequence[EmailMessage]) -> list[str]:
    """Returns the addresses of wrong e-mails."""
    return [
        recipient_of(email)
        for email in emails
        if (person := people.by_email.get(recipient_of(email))) is None or not is_welcome_email(person, email)
    ]


def is_welcome_email(person: Person, email: EmailMessage) -> bool:
    text, html = part(email, "plain").splitlines(), unescape(part(email, "html")).splitlines()
    return (
        getaddresses(email.get_all("From", [])) == [SENDER]
        and email["Subject"] == f"Welcome, {person.name}!"
        and email["Date"] is not None
        and email["Message-ID"] is not None
        and text[:1] == [f"Hello {person.name},"]
        and html[:1] == [f"<p>Hello {person.name},</p>"]
    )


def part(email: EmailMessage, kind: str) -> str:
    body = email.get_body((kind,))
    return "" if body is None else str(body.get_content())
