"""A deleted recipient is revived by an identify call, never by a mention alone, in every dialect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.workflows.configuration import Configuration, read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.cases import apns
from tests.conftest import Environment
from tests.dialects.conftest import Clients
from tests.support.waiting import eventually

PUSHED = Path(__file__).parent / "pushed"
WORKFLOW = "order-updates"

Delete = Callable[[Clients], httpx.Response]
Mention = Callable[[Clients, str, dict[str, Any]], httpx.Response]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    """The folder `pushed`, read once: no test changes what it holds."""
    return read_configuration(PUSHED, apns.ENVIRONMENT)


@pytest.fixture(autouse=True)
async def pushed(
    pool: Pool, installation: Installation, environment: Environment, worker: None, configuration: Configuration
) -> None:
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))


def by_knock(clients: Clients) -> httpx.Response:
    return clients.knock.delete("/v1/users/ada")


def by_suprsend(clients: Clients) -> httpx.Response:
    return clients.suprsend.delete("/v1/user/ada/")


def by_notiflows(clients: Clients) -> httpx.Response:
    """The history stays."""
    return clients.notiflows.delete("/admin/v1/users/ada")


def knock(clients: Clients, id: str, said: dict[str, Any]) -> httpx.Response:
    return clients.knock.post(f"/v1/workflows/{WORKFLOW}/trigger", json={"recipients": [{"id": id, **said}]})


def suprsend(clients: Clients, id: str, said: dict[str, Any]) -> httpx.Response:
    return clients.suprsend.post("/trigger/", json={"workflow": WORKFLOW, "recipients": [{"distinct_id": id, **said}]})


def notiflows(clients: Clients, id: str, said: dict[str, Any]) -> httpx.Response:
    recipients = [{"external_id": id, **said}]
    return clients.notiflows.post(f"/admin/v1/notiflows/{WORKFLOW}/run", json={"recipients": recipients})


DELETIONS = [by_knock, by_suprsend, by_notiflows]
MENTIONS = [knock, suprsend, notiflows]


def identified(clients: Clients) -> None:
    clients.knock.put("/v1/users/ada", json={"name": "Ada"}).raise_for_status()


def lives(clients: Clients, id: str = "ada") -> bool:
    return clients.knock.get(f"/v1/users/{id}").status_code == 200


def told(clients: Clients, id: str = "ada") -> bool:
    return bool(clients.knock.get(f"/v1/users/{id}/messages").json().get("items"))


@pytest.mark.parametrize("mention", MENTIONS)
@pytest.mark.parametrize("delete", DELETIONS)
def test_an_id_alone_brings_back_nobody(everybody: Clients, delete: Delete, mention: Mention) -> None:
    """The trigger is taken, and what it starts finds nobody."""
    identified(everybody)
    delete(everybody).raise_for_status()
    mention(everybody, "ada", {}).raise_for_status()
    mention(everybody, "bob", {}).raise_for_status()
    eventually(lambda: told(everybody, "bob"))
    assert (lives(everybody), lives(everybody, "bob"), told(everybody)) == (False, True, False)


@pytest.mark.parametrize("mention", [knock, suprsend])
@pytest.mark.parametrize("delete", [by_knock, by_suprsend])
def test_more_than_an_id_brings_back_whose_history_is_erased(
    everybody: Clients, delete: Delete, mention: Mention
) -> None:
    identified(everybody)
    delete(everybody).raise_for_status()
    mention(everybody, "ada", {"name": "Ada again"}).raise_for_status()
    assert everybody.knock.get("/v1/users/ada").json()["name"] == "Ada again"
    eventually(lambda: told(everybody))


@pytest.mark.parametrize("mention", MENTIONS)
def test_no_trigger_brings_back_whose_history_is_kept(everybody: Clients, mention: Mention) -> None:
    identified(everybody)
    by_notiflows(everybody).raise_for_status()
    mention(everybody, "ada", {"email": "ada@example.com"}).raise_for_status()
    assert not lives(everybody)
    notices = everybody.knock.get("/directory/v1/notices").json()["notices"]
    assert [each["recipient_id"] for each in notices] == ["ada"]


IDENTIFIES: list[Callable[[Clients], httpx.Response]] = [
    lambda clients: clients.knock.put("/v1/users/ada", json={}),
    lambda clients: clients.knock.post("/v1/users/bulk/identify", json={"users": [{"id": "ada"}]}),
    lambda clients: clients.suprsend.post("/v1/user/ada/", json={}),
    lambda clients: clients.suprsend.patch("/v1/user/ada/", json={"operations": []}),
    lambda clients: clients.suprsend.post("/event/", json={"distinct_id": "ada", "$set": {"plan": "pro"}}),
    lambda clients: clients.suprsend.post("/event/", json={"event": "$identify", "distinct_id": "ada"}),
    lambda clients: clients.notiflows.put("/admin/v1/users/ada", json={}),
]


@pytest.mark.parametrize("identify", IDENTIFIES)
@pytest.mark.parametrize("delete", DELETIONS)
def test_an_identify_brings_back_anybody(
    everybody: Clients, delete: Delete, identify: Callable[[Clients], httpx.Response]
) -> None:
    identified(everybody)
    delete(everybody).raise_for_status()
    identify(everybody).raise_for_status()
    assert everybody.knock.get("/v1/users/ada").json().get("name") is None


ASIDES: list[Callable[[Clients], httpx.Response]] = [
    lambda clients: clients.knock.put("/v1/users/ada/preferences/default", json={"channel_types": {"email": False}}),
    lambda clients: clients.knock.post(
        "/v1/objects/projects/p/subscriptions", json={"recipients": [{"id": "ada", "name": "Ada"}]}
    ),
    lambda clients: clients.knock.post("/v1/audiences/a/members", json={"members": [{"user": {"id": "ada"}}]}),
    lambda clients: clients.knock.post(
        "/v1/schedules",
        json={
            "workflow": WORKFLOW,
            "recipients": [{"id": "ada", "name": "Ada"}],
            "scheduled_at": "2999-01-01T00:00:00Z",
        },
    ),
    lambda clients: clients.suprsend.post(
        "/v1/object/projects/p/subscription/", json={"recipients": [{"distinct_id": "ada", "name": "Ada"}, "ada"]}
    ),
    lambda clients: clients.suprsend.post("/v1/user/ada/tenant/acme/", json={"name": "Ada"}),
    lambda clients: clients.suprsend.post("/v1/subscriber_list/l/subscriber/add/", json={"distinct_ids": ["ada"]}),
    lambda clients: clients.notiflows.put("/admin/v1/users/ada/preferences", json={"channel_types": {"email": False}}),
]


@pytest.mark.parametrize("aside", ASIDES)
def test_nothing_else_brings_back_whose_history_is_kept(
    everybody: Clients, aside: Callable[[Clients], httpx.Response]
) -> None:
    everybody.knock.put("/v1/objects/projects/p", json={}).raise_for_status()
    everybody.knock.put("/v1/tenants/acme", json={"name": "Acme"}).raise_for_status()
    everybody.suprsend.post("/v1/subscriber_list/", json={"list_id": "l"}).raise_for_status()
    identified(everybody)
    by_notiflows(everybody).raise_for_status()
    answer = aside(everybody)
    assert (answer.status_code < 500, lives(everybody)) == (True, False)
