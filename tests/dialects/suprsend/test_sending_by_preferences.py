"""Workflows send what the preferences allow that SuprSend's calls have set."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from suprsend import Suprsend, WorkflowTriggerRequest

from tests.dialects.suprsend.test_preferences import LEGAL, NEWSLETTER, ORDERS, SECURITY
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("pushed")


def preferred(layer: str, scope: str) -> dict[str, Any]:
    return {"reason": "preferences", "layer": layer, "scope": scope}


def left_out(suprsend: Suprsend, native: httpx.Client, workflow: str, tenant: str | None = None) -> dict[str, Any]:
    """Which steps a run leaves out, and why; `explain` said the same before."""
    asked = {"workflow": workflow} | ({} if tenant is None else {"tenant": tenant})
    explained = native.post("/directory/v1/users/ada/explain", json=asked).json()
    before = runs(native)
    trigger = {"workflow": workflow, "recipients": ["ada"], "data": {}}
    assert suprsend.workflows.trigger(WorkflowTriggerRequest(trigger, tenant_id=tenant))["success"]
    eventually(lambda: [run["status"] for run in runs(native)] == ["completed"] * (len(before) + 1))
    (made,) = {run["id"] for run in runs(native)} - {run["id"] for run in before}
    events = native.get(f"/v1/workflow_recipient_runs/{made}").json()["events"]
    done = {event["step_ref"]: event["data"] for event in events if event["event"] == "step_skipped"}
    assert done == {step["ref"]: step["obstacle"] for step in explained["steps"] if step["obstacle"]}
    return done


def runs(native: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = native.get("/v1/workflow_recipient_runs").json()["items"]
    return found


class TestSending:
    """A run obeys, and says why it left a step out."""

    @pytest.fixture(autouse=True)
    def ada(self, suprsend: Suprsend) -> None:
        suprsend.users.upsert("ada", {"$email": ["ada@example.com"]})
        suprsend.tenants.upsert("acme", {"tenant_name": "Acme"})

    def test_what_nobody_refused_is_sent(self, suprsend: Suprsend, native: httpx.Client) -> None:
        assert left_out(suprsend, native, ORDERS) == {}
        assert len(native.get("/v1/users/ada/messages").json()["items"]) == 2

    def test_who_opted_out_gets_nothing(self, suprsend: Suprsend, native: httpx.Client) -> None:
        suprsend.users.update_category_preference("ada", ORDERS, {"preference": "opt_out"})
        reason = preferred("recipient_default", f"categories.{ORDERS}")
        assert left_out(suprsend, native, ORDERS) == {"feed": reason, "mail": reason}
        assert native.get("/v1/users/ada/messages").json()["items"] == []

    def test_a_channel_of_a_category_is_left_out(self, suprsend: Suprsend, native: httpx.Client) -> None:
        payload = {"preference": "opt_in", "opt_out_channels": ["email"]}
        suprsend.users.update_category_preference("ada", ORDERS, payload)
        reason = preferred("recipient_default", f"categories.{ORDERS}.kinds.email")
        assert left_out(suprsend, native, ORDERS) == {"mail": reason}

    def test_a_category_that_is_off_by_default(self, suprsend: Suprsend, native: httpx.Client) -> None:
        assert left_out(suprsend, native, NEWSLETTER) == {
            "feed": preferred("category_default", f"categories.{NEWSLETTER}.kinds.in_app"),
            "mail": preferred("category_default", f"categories.{NEWSLETTER}.kinds.email"),
        }

    def test_until_somebody_opts_in(self, suprsend: Suprsend, native: httpx.Client) -> None:
        suprsend.users.update_category_preference("ada", NEWSLETTER, {"preference": "opt_in"})
        assert left_out(suprsend, native, NEWSLETTER) == {}

    def test_a_restricted_channel_gets_what_is_mandatory_only(self, suprsend: Suprsend, native: httpx.Client) -> None:
        both = [{"channel": "email", "is_restricted": True}, {"channel": "inbox", "is_restricted": True}]
        suprsend.users.update_global_channels_preference("ada", {"channel_preferences": both})
        in_app = preferred("recipient_default", "kinds.in_app")
        assert left_out(suprsend, native, ORDERS) == {
            "feed": in_app,
            "mail": preferred("recipient_default", "kinds.email"),
        }
        assert left_out(suprsend, native, SECURITY) == {"feed": in_app}
        assert left_out(suprsend, native, LEGAL) == {}

    def test_what_a_tenant_says_by_default(self, suprsend: Suprsend, native: httpx.Client) -> None:
        suprsend.tenants.update_preference_category("acme", ORDERS, {"opt_in_channels": ["inbox"]})
        reason = preferred("tenant_policy", f"categories.{ORDERS}.kinds.email")
        assert left_out(suprsend, native, ORDERS, "acme") == {"mail": reason}
        assert left_out(suprsend, native, ORDERS) == {}

    @pytest.mark.parametrize(
        ("terms", "scope"), [({"enabled_for_tenant": False}, "offered"), ({"visible_to_subscriber": False}, "visible")]
    )
    def test_what_a_tenant_switches_off_is_not_even_sent_to_who_opted_in(
        self, suprsend: Suprsend, native: httpx.Client, terms: dict[str, Any], scope: str
    ) -> None:
        at_acme = {"tenant_id": "acme"}
        suprsend.users.update_category_preference("ada", LEGAL, {"preference": "opt_in"}, at_acme)
        suprsend.tenants.update_preference_category("acme", LEGAL, terms)
        reason = preferred("tenant_policy", f"categories.{LEGAL}.{scope}")
        assert left_out(suprsend, native, LEGAL, "acme") == {"feed": reason, "mail": reason}
        assert left_out(suprsend, native, LEGAL) == {}

    def test_nothing_is_sent_on_what_a_tenant_blocks(self, suprsend: Suprsend, native: httpx.Client) -> None:
        suprsend.tenants.update_preference_category("acme", LEGAL, {"blocked_channels": ["email"]})
        reason = preferred("tenant_policy", f"categories.{LEGAL}.blocked.email")
        assert left_out(suprsend, native, LEGAL, "acme") == {"mail": reason}
        suprsend.tenants.upsert("acme", {"blocked_channels": ["inbox", "email"]})
        assert left_out(suprsend, native, "welcome", "acme") == {
            "feed": preferred("tenant_policy", "blocked.in_app"),
            "mail": preferred("tenant_policy", "blocked.email"),
        }

    def test_the_default_tenant_speaks_where_none_is_named(self, suprsend: Suprsend, native: httpx.Client) -> None:
        suprsend.tenants.update_preference_category("default", ORDERS, {"enabled_for_tenant": False})
        reason = preferred("tenant_policy", f"categories.{ORDERS}.offered")
        assert left_out(suprsend, native, ORDERS) == {"feed": reason, "mail": reason}
        assert left_out(suprsend, native, ORDERS, "acme") == {}

    def test_a_set_that_knock_wrote_is_obeyed_but_for_what_is_mandatory(
        self, suprsend: Suprsend, native: httpx.Client
    ) -> None:
        given = {"categories": {SECURITY: False, ORDERS: {"channel_types": {"in_app_feed": False}}}}
        native.put("/v1/users/ada/preferences/default", json=given).raise_for_status()
        feed = preferred("recipient_default", f"categories.{SECURITY}")
        assert left_out(suprsend, native, SECURITY) == {"feed": feed}
        feed = preferred("recipient_default", f"categories.{ORDERS}.kinds.in_app")
        assert left_out(suprsend, native, ORDERS) == {"feed": feed}
