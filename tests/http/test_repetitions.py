"""Every call that writes happens once under a key that its caller chose, whatever it is (docs/decisions/0010)."""

from __future__ import annotations

import asyncio

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.dialects.operation import Operation
from tests.http.conftest import new_inhabited
from tests.support.exchange import Reply, ask
from tests.support.inhabited import OPERATIONS, TENANT, Inhabited, title
from tests.support.waiting import until

# These take away what the others need, so they come last; each of them needs what is left then.
LAST = (
    "DELETE /v1/schedules",
    "DELETE /v1/objects/{collection}/{object_id}/subscriptions",
    "POST /v1/objects/{collection}/bulk/subscriptions/delete",
    "POST /v1/objects/{collection}/bulk/delete",
    "DELETE /v1/objects/{collection}/{object_id}",
    "POST /directory/v1/objects/{collection}/{object_id}/purge",
    "POST /v1/tenants/bulk/delete",
    "DELETE /v1/tenants/{id}",
    "POST /v1/users/bulk/delete",
    "DELETE /v1/users/{user_id}",
    "POST /directory/v1/users/{user_id}/purge",
)

# There is nobody to merge, and no merge to undo; these have tests of their own.
IMPOSSIBLE_HERE = {
    "POST /v1/users/{user_id}/merge",
    "POST /directory/v1/users/{user_id}/merges",
    "POST /directory/v1/users/{user_id}/merges/preview",
    "POST /directory/v1/merges/{merge_id}/undo",
}

# Asking why is asking: it takes a body, and writes nothing.
READING = {
    "POST /directory/v1/users/{user_id}/explain",
    "POST /directory/v1/objects/{collection}/{object_id}/explain",
}


def order(operation: Operation) -> int:
    return LAST.index(title(operation)) if title(operation) in LAST else -1


async def test_every_write_happens_once(api: str, worker: None, pool: Pool, installation: Installation) -> None:
    things = await new_inhabited(api, pool, installation)
    writing = [one for one in OPERATIONS if one.method != "GET" and title(one) not in IMPOSSIBLE_HERE | READING]
    wrong = [
        f"{title(operation)}: {first.status}, {again.status}, replayed: {again.headers.get('idempotent-replayed')}"
        for number, operation in enumerate(sorted(writing, key=order))
        for first, again in [(repeat(api, operation, things, number), repeat(api, operation, things, number))]
        if not is_replay(first, again)
    ]
    assert wrong == []


async def test_a_repetition_that_does_not_wait_for_the_first_gets_its_answer(
    api: str, pool: Pool, installation: Installation
) -> None:
    things = await new_inhabited(api, pool, installation)
    for id in ("primary", "guest"):
        ask(api, "PUT", f"/v1/users/{id}", key=things.secret_key, body=b"{}")

    def merge() -> Reply:
        return ask(
            api,
            "POST",
            "/directory/v1/users/primary/merges",
            key=things.secret_key,
            headers={"idempotency-key": "merge"},
            body=b'{"from": "guest"}',
        )

    async with pool.acquire() as connection:
        async with connection.transaction():
            held = "SELECT FROM addressee.recipients WHERE environment_id = $1 AND id = 'guest' FOR UPDATE"
            await connection.execute(held, things.id)
            merging = [asyncio.create_task(asyncio.to_thread(merge)) for _ in range(2)]
            await until(lambda: waiting_for_locks(pool, 2))
        replies = await asyncio.gather(*merging)
    assert [reply.status for reply in replies] == [200, 200]
    assert replies[0].body == replies[1].body
    assert sum("idempotent-replayed" in reply.headers for reply in replies) == 1


async def waiting_for_locks(pool: Pool, count: int) -> bool:
    waiting: int = await pool.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return waiting >= count


def repeat(api: str, operation: Operation, things: Inhabited, number: int) -> Reply:
    return ask(
        api,
        operation.method,
        things.path(operation) + (f"?tenant_ids[]={TENANT}" if "tenant_ids[]" in operation.query else ""),
        key=things.secret_key,
        headers={"idempotency-key": f"chosen-{number}"},
        body=things.body_bytes(operation),
    )


def is_replay(first: Reply, again: Reply) -> bool:
    """Whether the first was carried out, and the second was given its answer."""
    return (
        first.status in (200, 204)
        and "idempotent-replayed" not in first.headers
        and (again.status, again.body) == (first.status, first.body)
        and again.headers.get("idempotent-replayed") == "true"
        and again.headers["original-x-request-id"] == first.headers["x-request-id"]
    )
