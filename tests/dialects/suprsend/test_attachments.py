"""Attachments of triggers and events go with the e-mails of their runs; of those without a file, a notice tells."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from suprsend import Event, Suprsend, Workflow, WorkflowTriggerRequest

from tests.dialects.suprsend.test_workflows import ended, messages, request, trigger
from tests.support.waiting import eventually

Outbox = Callable[[], list[Path]]

PDF = b"%PDF-1.4\n"
INVOICE = {"filename": "invoice.pdf", "contentType": "application/pdf", "data": b64encode(PDF).decode()}
NOWHERE = {"filename": "terms.pdf", "contentType": None, "data": None, "url": None, "ignore_if_error": False}
PASSED_OVER = "$attachments: an entry has neither data nor a url; the messages leave without it."


def notices(native: httpx.Client) -> list[tuple[str, str, list[str]]]:
    """Oldest first."""
    found = native.get("/directory/v1/notices").raise_for_status().json()["notices"]
    return [(each["collection"], each["recipient_id"], each["messages"]) for each in found][::-1]


def with_attachments(*attachments: Any, **data: Any) -> dict[str, Any]:
    return {"what": "news", "$attachments": list(attachments or [INVOICE]), **data}


def attached(path: Path) -> list[tuple[str | None, str, Any]]:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return [(part.get_filename(), part.get_content_type(), part.get_content()) for part in message.iter_attachments()]


def test_they_go_with_the_e_mails_of_a_trigger(
    suprsend: Suprsend, native: httpx.Client, pushed: object, outbox: Outbox
) -> None:
    suprsend.users.upsert("ada", {"name": "Ada", "$email": "ada@example.com"})
    trigger(suprsend, request("ada", data=with_attachments(INVOICE, NOWHERE)))
    ended(native, 1)
    [message] = [message for message in messages(native) if message["channel"]["key"] == "email"]
    assert message["data"] == {"what": "news"}
    eventually(lambda: len(outbox()) == 1)
    [written] = outbox()
    assert attached(written) == [("invoice.pdf", "application/pdf", PDF)]
    assert notices(native) == [("$users", "ada", [PASSED_OVER])]


@pytest.mark.parametrize(("ignored", "sent"), [(False, False), (True, True)])
def test_a_file_at_a_url_is_fetched_unless_its_host_is_private(
    suprsend: Suprsend, native: httpx.Client, pushed: object, outbox: Outbox, ignored: bool, sent: bool
) -> None:
    """The e-mail leaves without one that may be ignored; the SDK gives neither a type, nor a name if none was given."""
    suprsend.users.upsert("ada", {"name": "Ada", "$email": "ada@example.com"})
    workflow = WorkflowTriggerRequest(request("ada", data={"what": "news"}))
    workflow.add_attachment("http://127.0.0.1:1/terms.pdf", ignore_if_error=ignored)
    assert suprsend.workflows.trigger(workflow)["success"]
    ended(native, 1)

    def end() -> bool:
        [message] = [message for message in messages(native) if message["channel"]["key"] == "email"]
        return bool(message["status"] == ("sent" if sent else "undelivered"))

    eventually(end)
    assert [attached(path) for path in outbox()] == ([[]] if sent else [])
    assert notices(native) == []


@pytest.mark.parametrize("wrong", [{"data": "no base64!"}, {"filename": "a\nb"}, {"contentType": "pdf"}])
def test_what_is_no_file_is_refused(suprsend: Suprsend, native: httpx.Client, pushed: object, wrong: Any) -> None:
    refused = trigger(suprsend, request("ada", data=with_attachments({**INVOICE, **wrong})))
    assert (refused["success"], refused["status_code"], notices(native)) == (False, 400, [])


def test_each_way_to_bring_no_file_has_its_notice(suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
    suprsend.users.upsert("ada", {"name": "Ada"})
    suprsend.track_event(Event("ada", "Basket left", with_attachments(NOWHERE)))
    many = suprsend.bulk_events.new_instance()
    many.append(Event("bob", "Basket left", with_attachments(NOWHERE)), Event("cid", "Basket left", {"what": "news"}))
    many.trigger()
    suprsend.trigger_workflow(
        Workflow(
            {
                "name": "trigger-hello",
                "template": "trigger-hello",
                "notification_category": "transactional",
                "users": [{"distinct_id": "dan"}],
                "data": with_attachments(NOWHERE),
            }
        )
    )
    assert notices(native) == [("$users", id, [PASSED_OVER]) for id in ("ada", "bob", "dan")]


def test_who_is_only_described_has_the_notice_at_the_workflow(
    suprsend: Suprsend, native: httpx.Client, pushed: object
) -> None:
    described = {"is_transient": True, "$email": "guest@example.com", "name": "Guest"}
    trigger(suprsend, request(described, data=with_attachments(NOWHERE)))
    assert notices(native) == [("$transient", "trigger-hello", [PASSED_OVER])]


def test_a_record_that_is_refused_has_no_notice(suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
    refused = trigger(suprsend, request("ada", workflow="nothing", data=with_attachments(NOWHERE)))
    assert (refused["success"], notices(native)) == (False, [])


def test_a_feed_shows_nothing_that_was_meant_for_the_service(
    suprsend: Suprsend, native: httpx.Client, pushed: dict[str, UUID]
) -> None:
    suprsend.users.upsert("ada", {"name": "Ada"})
    trigger(suprsend, request("ada", data=with_attachments(**{"$device_id": "d-1", "price": {"$": 5}})))
    ended(native, 1)
    [item] = native.get(f"/v1/users/ada/feeds/{pushed['in-app']}").json()["entries"]
    assert item["data"] == {"what": "news", "price": {"$": 5}}
    assert [activity["data"] for activity in item["activities"]] == [{"what": "news", "price": {"$": 5}}]
