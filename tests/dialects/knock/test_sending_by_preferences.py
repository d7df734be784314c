"""Messages that preference sets stop (knock.md §3.7)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from knockapi import Knock

from addressee.database.pool import Pool
from tests.conftest import Environment
from tests.dialects.knock.test_preferences import CONDITION
from tests.dialects.knock.test_workflows import Pushed, wait_for_messages
from tests.support.waiting import until


async def skipped(pool: Pool, environment: Environment) -> list[dict[str, Any]]:
    """Which steps of the only recipient's run were left out, and why."""
    stored = await pool.fetchval(
        "SELECT journal FROM addressee.recipient_runs WHERE environment_id = $1 AND status = 'completed'",
        environment.id,
    )
    return [
        {"step": event["step_ref"], **event["data"]}
        for event in msgspec.json.decode(stored or b"[]")
        if event["event"] == "step_skipped"
    ]


async def test_what_is_not_wanted_is_not_sent(
    knock: Knock, pushed: Pushed, pool: Pool, environment: Environment, outbox: Callable[[], list[Path]]
) -> None:
    knock.users.update("ada", name="Ada", email="ada@example.com")
    knock.users.set_preferences("ada", "default", workflows={"new-comment": {"channel_types": {"email": False}}})
    knock.workflows.trigger("new-comment", recipients=["ada"], data={"thread": 7})
    (item,) = wait_for_messages(knock, "ada", 1)
    assert UUID(item.channel_id) == pushed["in-app"]
    assert await skipped(pool, environment) == [
        {
            "step": "email",
            "reason": "preferences",
            "layer": "recipient_default",
            "scope": "workflows.new-comment.kinds.email",
        }
    ]
    assert outbox() == []


async def test_a_tenants_default_counts_for_runs_of_the_tenant(
    knock: Knock, pushed: Pushed, pool: Pool, environment: Environment, tenant_default: Any
) -> None:
    await tenant_default("acme", {"categories": {"social": {"conditions": [CONDITION]}}})
    knock.users.update("ada", name="Ada", email="ada@example.com", extra_body={"country_code": "DE"})
    knock.users.update("bob", name="Bob", email="bob@example.com", extra_body={"country_code": "US"})
    knock.workflows.trigger("new-comment", recipients=["ada"], tenant="acme")

    async def are_skipped() -> bool:
        return len(await skipped(pool, environment)) == 2

    await until(are_skipped)
    assert {
        (entry["layer"], entry["scope"], entry["condition"]["argument"]) for entry in await skipped(pool, environment)
    } == {
        ("tenant_default", "categories.social.conditions", "US"),
    }
    knock.workflows.trigger("new-comment", recipients=["bob"], tenant="acme")
    wait_for_messages(knock, "bob", 2)
    assert list(knock.users.list_messages("ada")) == []
