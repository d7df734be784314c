"""The lists of runs, the page of one, its journals, and cancelling."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.messaging.runs.listing import RunDetails, RunFilter
from addressee.operators.operators import Operators
from tests.channels.mail_server import MailServer
from tests.conftest import Environment
from tests.dashboard.messages.conftest import message_in
from tests.messaging.office import Office
from tests.support.browsing import load, submit
from tests.support.html import Element
from tests.support.waiting import until


async def runs_of(office: Office, run_id: UUID) -> dict[str, RunDetails]:
    found = await office.messaging.runs.list(office.environment_id, RunFilter(run_id=run_id), PageRequest(50))
    return {run.recipient.id: run for run in found.entries}


async def waiting(office: Office, *ids: str) -> UUID:
    """Returns a run that waits for all of these people."""
    for id in ids:
        await office.identify(id, email=f"{id}@example.org")
    run_id = await office.trigger(*ids, workflow="later", data={"code": "A-1"})

    async def all_wait() -> bool:
        return [run.status for run in (await runs_of(office, run_id)).values()] == ["paused"] * len(ids)

    await until(all_wait)
    return run_id


@pytest.fixture
async def welcomed(office: Office, mail: MailServer) -> UUID:
    """A run that is complete: Ada got an e-mail, Cora has no address."""
    await office.identify("ada", email="ada@example.org")
    await office.identify("cora")
    run_id = await office.trigger("ada", "cora", data={"code": "A-1"}, tenant="acme")
    await message_in(office, "ada", "mail", "sent")
    await message_in(office, "cora", "in-app", "delivered")

    async def are_complete() -> bool:
        return [run.status for run in (await runs_of(office, run_id)).values()] == ["completed"] * 2

    await until(are_complete)
    return run_id


def rows_of(page: Element) -> list[str]:
    return sorted(
        " ".join(cell.text for cell in row.all("td")) for table in page.all("tbody") for row in table.all("tr")
    )


async def test_triggers_are_listed_with_the_status_of_their_recipients(
    welcomed: UUID, office: Office, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    await waiting(office, "bob")
    page = await load(viewer, at("runs"))
    assert rows_of(page) == ["later API – 1 1 waiting", "welcome API acme 2 2 completed"]
    assert rows_of(await load(viewer, at("runs", workflow="later"))) == ["later API – 1 1 waiting"]
    assert "This workflow was not triggered" in (await load(viewer, at("runs", workflow="other"))).text


async def test_a_status_or_a_recipient_lists_their_runs(
    welcomed: UUID, office: Office, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    await waiting(office, "bob", "ada")
    assert rows_of(await load(viewer, at("runs", status="paused"))) == [
        "ada later Waiting 0 0",
        "bob later Waiting 0 0",
    ]
    assert rows_of(await load(viewer, at("runs", recipient="ada"))) == [
        "ada later Waiting 0 0",
        "ada welcome Completed 2 0",
    ]
    found = await load(viewer, at("runs", recipient="ada", status="completed", workflow="welcome"))
    assert rows_of(found) == ["ada welcome Completed 2 0"]
    assert rows_of(await load(viewer, at("runs", status="cancelled"))) == []


async def test_an_environment_without_runs_says_what_to_do(viewer: httpx.AsyncClient, at: Callable[..., str]) -> None:
    assert "Each trigger of a workflow is a run." in (await load(viewer, at("runs"))).text


async def test_a_run_shows_its_recipients_and_its_data(
    welcomed: UUID, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    page = await load(editor, at("runs", welcomed))
    assert page.one("h1").text == "Run of welcome"
    assert rows_of(page) == ["ada Completed 2 0", "cora Completed 1 0"]
    assert "Data code A-1" in page.text
    assert "Cancel" not in page.text


async def test_data_are_hidden_from_a_viewer_until_that_is_recorded(
    welcomed: UUID, viewer: httpx.AsyncClient, at: Callable[..., str], operators: Operators, environment: Environment
) -> None:
    page = await load(viewer, at("runs", welcomed))
    assert "A-1" not in page.text
    shown = await submit(viewer, page.one("form", action=at("runs", welcomed, "reveal")))
    assert (shown.status_code, "A-1" in shown.text) == (200, True)
    (act,) = (await operators.acts.list(environment.id, PageRequest(5))).entries
    assert (act.name, act.detail) == ("runs.reveal", {"run": str(welcomed)})


async def test_the_journal_of_a_recipient_says_what_happened_and_why(
    welcomed: UUID, office: Office, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    runs = await runs_of(office, welcomed)
    cora = await load(viewer, at("runs", welcomed, recipient="cora"))
    assert cora.one("h1").text == "Run of welcome for cora"
    assert "The step was skipped mail" in cora.text
    assert "The recipient has no e-mail address." in cora.text
    ada = await load(viewer, at("runs", welcomed, recipient=runs["ada"].id))
    message = await message_in(office, "ada", "mail", "sent")
    assert at("messages", message.id) in [link.attributes["href"] for link in ada.all("a")]
    assert "E-mail by Mail Sent" in ada.text


async def test_the_journal_says_until_when_a_run_waits(
    office: Office, mail: MailServer, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    run_id = await waiting(office, "ada")
    page = await load(viewer, at("runs", run_id, recipient="ada"))
    assert "The step began pause" in page.text
    assert "Until 20" in page.text


async def test_the_id_of_a_recipients_run_leads_to_its_journal(
    welcomed: UUID, office: Office, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    run = (await runs_of(office, welcomed))["ada"]
    answer = await viewer.get(at("runs", run.id))
    assert answer.url.path == at("runs", welcomed)
    assert "Run of <bdi>welcome</bdi> for" in answer.text


async def test_cancelling_a_run_stops_all_that_wait(
    office: Office,
    mail: MailServer,
    editor: httpx.AsyncClient,
    at: Callable[..., str],
    operators: Operators,
    environment: Environment,
) -> None:
    run_id = await waiting(office, "ada", "bob")
    page = await load(editor, at("runs", run_id))
    assert "2 recipients are not finished. If you cancel, no further step is taken for any of them" in page.text
    answer = await submit(editor, page.one("form", action=at("runs", run_id, "cancel")))
    assert "What was not finished of the run is cancelled." in answer.text
    assert {id: run.status for id, run in (await runs_of(office, run_id)).items()} == {
        "ada": "cancelled",
        "bob": "cancelled",
    }
    (act,) = (await operators.acts.list(environment.id, PageRequest(5))).entries
    assert (act.name, act.detail) == ("runs.cancel", {"run": str(run_id), "workflow": "later"})


async def test_cancelling_for_one_recipient_leaves_the_others(
    office: Office, mail: MailServer, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    run_id = await waiting(office, "ada", "bob")
    page = await load(editor, at("runs", run_id, recipient="ada"))
    (form,) = [form for form in page.all("form") if "cancel" in (form.attributes.get("action") or "")]
    await submit(editor, form)
    assert {id: run.status for id, run in (await runs_of(office, run_id)).items()} == {
        "ada": "cancelled",
        "bob": "paused",
    }


async def test_a_viewer_is_not_offered_to_cancel(
    office: Office, mail: MailServer, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    run_id = await waiting(office, "ada")
    for path in (at("runs", run_id), at("runs", run_id, recipient="ada")):
        assert "/cancel" not in (await viewer.get(path)).text


@pytest.mark.parametrize(
    "query", [{"status": "lost"}, {"after": "nonsense"}, {"after": "nonsense", "status": "paused"}]
)
async def test_a_filter_that_is_none_is_told(
    viewer: httpx.AsyncClient, at: Callable[..., str], query: dict[str, str]
) -> None:
    assert (await viewer.get(at("runs", **query))).status_code == 422


@pytest.mark.parametrize("id", ["missing", "01a22831-7be8-77c8-8637-e74b35f8f4df", "<script>alert(1)</script>"])
async def test_an_unknown_run_says_so(viewer: httpx.AsyncClient, at: Callable[..., str], id: str) -> None:
    answer = await viewer.get(at("runs", id))
    assert answer.status_code == 404
    assert "There is no such run" in answer.text


async def test_an_unknown_recipient_of_a_run_is_told(
    welcomed: UUID, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    for recipient in ("stranger", "01a22831-7be8-77c8-8637-e74b35f8f4df", "<script>"):
        answer = await viewer.get(at("runs", welcomed, recipient=recipient))
        assert answer.status_code == 404
        assert "This run was not for that recipient" in answer.text


async def test_a_run_of_another_environment_is_none(
    welcomed: UUID,
    viewer: httpx.AsyncClient,
    other_environment: Environment,
    environment: Environment,
    at: Callable[..., str],
) -> None:
    path = at("runs", welcomed).replace(environment.name, other_environment.name)
    assert (await viewer.get(path)).status_code == 404
