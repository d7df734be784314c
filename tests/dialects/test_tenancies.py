"""A deleted tenant leaves nothing to its id: what members wanted of it is neither listed nor counts (knock.md §3.6)."""

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
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.cases import apns
from tests.conftest import Environment
from tests.dialects.conftest import Clients

PUSHED = Path(__file__).parent / "pushed"

OPTED_OUT = {"channel_types": {"in_app_feed": False}}

Write = Callable[[Clients], httpx.Response]


@pytest.fixture(autouse=True)
async def pushed(pool: Pool, installation: Installation, environment: Environment) -> None:
    configuration = read_configuration(PUSHED, apns.ENVIRONMENT)
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))


def by_itself(clients: Clients) -> httpx.Response:
    return clients.knock.put("/v1/users/ada/preferences/acme", json=OPTED_OUT)


def inline(clients: Clients) -> httpx.Response:
    return clients.knock.put("/v1/users/ada", json={"preferences": {"acme": OPTED_OUT}})


def in_bulk(clients: Clients) -> httpx.Response:
    given = {"user_ids": ["ada"], "preferences": {"id": "acme", **OPTED_OUT}}
    return clients.knock.post("/v1/users/bulk/preferences", json=given)


def identified_in_bulk(clients: Clients) -> httpx.Response:
    rows = [{"id": "ada", "preferences": {"acme": OPTED_OUT}}]
    return clients.knock.post("/v1/users/bulk/identify", json={"users": rows})


def described_in_a_bulk_subscription(clients: Clients) -> httpx.Response:
    clients.knock.put("/v1/objects/projects/lisbon", json={}).raise_for_status()
    rows = [{"id": "lisbon", "recipients": [{"id": "ada", "preferences": {"acme": OPTED_OUT}}]}]
    return clients.knock.post("/v1/objects/projects/bulk/subscriptions/add", json={"subscriptions": rows})


WRITES = (by_itself, inline, in_bulk, identified_in_bulk, described_in_a_bulk_subscription)


def founded(clients: Clients) -> None:
    clients.knock.put("/v1/tenants/acme", json={"name": "Acme"}).raise_for_status()


def by_knock(clients: Clients) -> httpx.Response:
    return clients.knock.delete("/v1/tenants/acme")


def by_suprsend(clients: Clients) -> httpx.Response:
    return clients.suprsend.delete("/v1/tenant/acme/")


def listed(clients: Clients) -> list[str]:
    """The sets that are shown, which is the same ones everywhere."""
    sets = [each["id"] for each in clients.knock.get("/v1/users/ada/preferences").json()]
    [entry] = clients.knock.get("/v1/users?include[]=preferences").json()["entries"]
    nested = clients.knock.get("/v1/users/ada?user_shape=nested").json()["preferences"] or {}
    assert sorted(entry["preferences"]) == sorted(nested) == sorted(sets)
    return sets


def obstacle(clients: Clients) -> Any:
    asked = {"workflow": "order-updates", "tenant": "acme"}
    return clients.knock.post("/directory/v1/users/ada/explain", json=asked).json()["steps"][0]["obstacle"]


def shown(clients: Clients) -> Any:
    return clients.knock.get("/v1/users/ada/preferences/acme").json()["channel_types"]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("delete", [by_knock, by_suprsend])
def test_what_was_wanted_of_a_tenant_goes_with_it(everybody: Clients, delete: Write, write: Write) -> None:
    everybody.knock.put("/v1/users/ada", json={"name": "Ada"}).raise_for_status()
    write(everybody).raise_for_status()  # before the tenant is there
    assert (listed(everybody), obstacle(everybody)["reason"]) == (["acme"], "preferences")
    founded(everybody)
    assert (listed(everybody), obstacle(everybody)["layer"]) == (["acme"], "recipient_tenant")

    delete(everybody).raise_for_status()
    assert (listed(everybody), obstacle(everybody), shown(everybody)) == ([], None, None)
    founded(everybody)
    assert (listed(everybody), obstacle(everybody), shown(everybody)) == ([], None, None)

    write(everybody).raise_for_status()
    assert (listed(everybody), obstacle(everybody)["layer"]) == (["acme"], "recipient_tenant")
    assert shown(everybody) == {"in_app_feed": False}
    everybody.knock.delete("/v1/users/ada/preferences/acme").raise_for_status()
    assert (listed(everybody), obstacle(everybody)) == ([], None)


def test_what_suprsend_chose_goes_with_the_tenant(everybody: Clients) -> None:
    everybody.knock.put("/v1/users/ada", json={"name": "Ada"}).raise_for_status()
    path, query = "/v1/user/ada/preference/channel_preference/", {"tenant_id": "acme"}
    chosen = {"channel_preferences": [{"channel": "inbox", "is_restricted": True}]}

    def restricted() -> list[str]:
        channels = everybody.suprsend.get(path, params=query).json()["channel_preferences"]
        return [each["channel"] for each in channels if each["is_restricted"]]

    founded(everybody)
    everybody.suprsend.patch(path, params=query, json=chosen).raise_for_status()
    assert restricted() == ["inbox"]
    by_suprsend(everybody).raise_for_status()
    founded(everybody)
    assert restricted() == []
    everybody.suprsend.patch(path, params=query, json=chosen).raise_for_status()
    assert (restricted(), listed(everybody)) == (["inbox"], ["acme"])


def test_memberships_go_with_the_tenant_too(everybody: Clients) -> None:
    founded(everybody)
    everybody.suprsend.post("/v1/user/ada/tenant/acme/", json={"role": "admin"}).raise_for_status()
    by_knock(everybody).raise_for_status()
    founded(everybody)
    assert everybody.suprsend.get("/v1/user/ada/tenant/acme/").status_code == 404
    assert everybody.suprsend.get("/v1/user/ada/associated_tenant/").json()["results"] == []
