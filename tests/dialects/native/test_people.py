"""Taking out everything that is known of someone, and leaving nothing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, History, Identify
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.lifecycle import export as exporting
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.conftest import Environment
from tests.dialects.native.test_merges import identify, told
from tests.messaging.office import IN_APP, write_files


async def test_an_export_holds_everything_known(http: httpx.Client, welcome: None) -> None:
    identify(http, "ada", name="Ada", email="ada@example.com", plan="pro")
    identify(http, "guest")
    http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).raise_for_status()
    await told(http, "ada")
    reply = http.get("/directory/v1/users/ada/export")
    assert reply.headers["content-type"].startswith("application/json")
    document = reply.json()
    assert document.keys() == {"recipient", "suppressions", *exporting.PARTS}
    assert document["recipient"].keys() == {
        "collection",
        "id",
        "uid",
        "version",
        "updated_at",
        "attributes",
        "properties",
        "addresses",
        "channel_data",
        "preferences",
    }
    assert document["recipient"]["attributes"] == {"name": "Ada", "email": "ada@example.com"}
    assert document["recipient"]["properties"] == {"plan": "pro"}
    assert [change["edit"] for change in document["changes"]] == ["identify", "merge"]
    assert document["changes"][0]["after"]["attributes"] == {"name": "Ada", "email": "ada@example.com"}
    assert [merge["from"] for merge in document["merges"]] == ["guest"]
    assert [run["workflow"] for run in document["runs"]] == ["welcome"]
    told_in_app, mail = sorted(document["messages"], key=lambda message: message["content"]["type"], reverse=True)
    assert mail["content"]["to"] == "ada@example.com"
    assert [event["type"] for event in mail["events"]] == ["message.created", "message.queued", "message.sent"]
    assert [event["type"] for event in told_in_app["events"]] == ["message.created", "message.delivered"]
    assert (document["subscriptions"], document["schedules"]) == ([], [])


async def test_an_export_holds_what_a_user_is_within_tenants(
    pool: Pool, http: httpx.Client, environment: Environment
) -> None:
    directory = Directory(pool)
    ada = Place(environment.id, USERS, "ada")
    tenants = [Place(environment.id, TENANTS, f"tenant-{number}") for number in range(3)]
    await directory.write_all([Write(tenant, (Identify(),)) for tenant in tenants])
    await directory.memberships.write(
        [(Write(ada, (Identify(properties={"in": tenant.id}),)), tenant.id) for tenant in tenants]
    )
    found = http.get("/directory/v1/users/ada/export").json()["memberships"]
    assert [each["properties"] for each in found] == [{"in": tenant.id} for tenant in tenants]
    known = await directory.read_all(tenants)
    assert [each["tenant_uid"] for each in found] == [str(known[tenant].uid) for tenant in tenants]


async def test_an_export_is_read_page_by_page(
    pool: Pool, http: httpx.Client, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(450):
        identify(http, "ada", number=number)
    document = http.get("/directory/v1/users/ada/export").json()
    assert [change["version"] for change in document["changes"]] == list(range(1, 451))


def test_nobody_is_exported_who_is_not_there(http: httpx.Client) -> None:
    assert http.get("/directory/v1/users/nobody/export").status_code == 404
    assert http.get("/directory/v1/objects/projects/nothing/export").status_code == 404
    assert http.get("/directory/v1/objects/$secret/nothing/export").status_code == 422


@pytest.mark.parametrize("deleted_before", [False, True])
async def test_a_purge_leaves_nothing_but_who_and_when(
    pool: Pool, http: httpx.Client, environment: Environment, welcome: None, deleted_before: bool
) -> None:
    identify(http, "ada", name="Ada", email="ada@example.com")
    identify(http, "guest", name="Guest")
    http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).raise_for_status()
    await told(http, "ada")
    if deleted_before:
        http.delete("/v1/users/ada").raise_for_status()
    assert http.post("/directory/v1/users/ada/purge").status_code == 204
    assert await left(pool, environment.id) == {"changes": 5}
    values = "SELECT before, after FROM addressee.changes WHERE environment_id = $1"
    assert {tuple(row) for row in await pool.fetch(values, environment.id)} == {(None, None)}
    assert http.get("/v1/users/ada").status_code == 404


async def test_who_has_the_id_since_is_purged_too_and_others_are_not(
    pool: Pool, http: httpx.Client, environment: Environment
) -> None:
    for name in ("First", "Second"):
        identify(http, "ada", name=name)
        http.delete("/v1/users/ada").raise_for_status()
    identify(http, "ada", name="Third")
    identify(http, "bob", name="Bob")
    http.post("/directory/v1/users/ada/purge").raise_for_status()
    rows = await pool.fetch(
        "SELECT id, after FROM addressee.changes WHERE environment_id = $1 AND after IS NOT NULL", environment.id
    )
    assert [(row["id"], row["after"]) for row in rows] == [("bob", b'{"attributes": {"name": "Bob"}}')]
    assert http.get("/v1/users/bob").status_code == 200


@pytest.mark.parametrize("lives", [True, False])
async def test_a_purge_takes_what_was_kept_of_who_lived_there_before(
    pool: Pool, http: httpx.Client, environment: Environment, welcome: None, lives: bool
) -> None:
    identify(http, "ada", name="Ada", email="ada@example.com")
    await told(http, "ada")
    await Directory(pool).write(Write(Place(environment.id, USERS, "ada"), (Delete(History.KEPT),)))
    assert len(http.get("/v1/messages").json()["items"]) == 2
    if lives:
        identify(http, "ada", name="Another Ada")
        exported = http.get("/directory/v1/users/ada/export").json()
        assert (exported["messages"], exported["runs"]) == ([], [])
    else:
        assert http.get("/directory/v1/users/ada/export").status_code == 404
    assert http.post("/directory/v1/users/ada/purge").status_code == 204
    assert http.get("/v1/messages").json()["items"] == []
    assert await left(pool, environment.id) == {"changes": 4 if lives else 2}


def test_explaining_says_what_would_arrive_and_what_stops_the_rest(http: httpx.Client, welcome: None) -> None:
    identify(http, "ada", name="Ada")

    def explain(workflow: str = "welcome", id: str = "ada", **rest: str) -> Any:
        return http.post(f"/directory/v1/users/{id}/explain", json={"workflow": workflow, **rest}).json()

    feed = "3f2b1c84-6d5e-4a07-9c1d-2e8f7a6b5c40"
    told = {"ref": "in-app", "channel": "in-app", "channel_type": "in_app_feed", "reached": True, "addresses": [feed]}
    told |= {"suppressed": []}
    mail: dict[str, Any] = {"ref": "email", "channel": "email", "channel_type": "email", "suppressed": []}
    assert explain() == {
        "reached": True,
        "obstacle": None,
        "steps": [
            {**told, "obstacle": None},
            {**mail, "reached": False, "addresses": [], "obstacle": {"reason": "no_email_address"}},
        ],
    }
    identify(http, "ada", email="ada@example.com")
    http.put("/v1/users/ada/preferences/default", json={"channel_types": {"in_app_feed": False}}).raise_for_status()
    assert [(step["reached"], step["obstacle"]) for step in explain()["steps"]] == [
        (False, {"reason": "preferences", "layer": "recipient_default", "scope": "kinds.in_app"}),
        (True, None),
    ]
    assert explain()["steps"][1]["addresses"] == ["ada@example.com"]
    assert explain(workflow="nothing")["obstacle"] == {"reason": "workflow_missing"}
    assert explain(id="nobody")["obstacle"] == {"reason": "recipient_missing"}
    assert explain(actor="nobody")["obstacle"] == {"reason": "actor_missing"}
    assert [step["reached"] for step in explain(id="nobody")["steps"]] == [False, False]


async def test_explaining_branches(
    pool: Pool, http: httpx.Client, installation: Installation, environment: Environment, tmp_path: Path
) -> None:
    workflow = """
steps:
  - ref: plan
    type: branch
    branches:
      - name: Pro
        if: data.plan == pro
        steps: [{ref: pro, channel: in-app, template: {body: "x"}}]
      - steps: [{ref: others, channel: in-app, template: {body: "x"}}]
  - {ref: pause, delay: {minutes: 5}}
  - {ref: last, channel: in-app, template: {body: "x"}}
"""
    folder = write_files(tmp_path, {"channels/in-app.yaml": IN_APP, "workflows/split.yaml": workflow})
    sealer = Sealer(installation.master_key())
    await deploy(pool, sealer, environment.id, read_configuration(folder, {}), datetime.now(UTC))
    identify(http, "ada", name="Ada")
    body = {"workflow": "split", "data": {"plan": "team"}}
    answer = http.post("/directory/v1/users/ada/explain", json=body).json()
    compared = {"variable": "data.plan", "operator": "equal_to", "argument": "pro", "value": "team", "result": False}
    assert answer["branches"] == [
        {
            "ref": "plan",
            "type": "branch",
            "branch": "branch 2",
            "evaluated": [{"branch": "Pro", "result": False, "conditions": [compared]}],
        }
    ]
    assert [(step["ref"], step["reached"], step.get("after")) for step in answer["steps"]] == [
        ("pro", False, None),
        ("others", True, None),
        ("last", True, ["pause"]),
    ]
    assert answer["steps"][0]["obstacle"] == {"reason": "branch_not_taken", "branch": "branch 2", "step": "plan"}


async def test_explaining_names_the_channels_that_stand_in(
    pool: Pool, http: httpx.Client, installation: Installation, environment: Environment, tmp_path: Path
) -> None:
    outbox = "type: email\nprovider: outbox\nsettings: {from: hello@example.com}\n"
    files = {
        "channels/first.yaml": f"{outbox}failover: [second]\n",
        "channels/second.yaml": outbox,
        "workflows/news.yaml": "steps: [{ref: a, channel: first, template: {subject: x, text: x}}]",
    }
    configuration = read_configuration(write_files(tmp_path, files), {})
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    identify(http, "ada", email="ada@example.com")
    answer = http.post("/directory/v1/users/ada/explain", json={"workflow": "news"}).json()
    assert [(step["channel"], step["failover"]) for step in answer["steps"]] == [("first", ["second"])]


def test_subscribers_are_counted(http: httpx.Client) -> None:
    http.put("/v1/objects/clubs/chess", json={}).raise_for_status()
    people = [{"id": f"user-{number}"} for number in range(7)]
    http.post("/v1/objects/clubs/chess/subscriptions", json={"recipients": people}).raise_for_status()
    assert http.get("/directory/v1/objects/clubs/chess/subscribers/count").json() == {"count": 7}
    assert http.get("/directory/v1/objects/clubs/nothing/subscribers/count").status_code == 404


async def left(pool: Pool, environment_id: int) -> dict[str, int]:
    """How many rows there are of what hangs on people, of whatever there is any."""
    tables = ("changes", "messages", "message_events", "sends", "delivery_logs", "recipient_runs", "merges", "departed")
    counts: dict[str, Any] = {
        table: await pool.fetchval(
            f"SELECT count(*) FROM addressee.{table} WHERE environment_id = $1",
            environment_id,
        )
        for table in tables
    }
    return {table: count for table, count in counts.items() if count}


def test_simulating_says_what_would_happen_and_when(http: httpx.Client, welcome: None) -> None:
    identify(http, "ada", name="Ada")

    def simulate(workflow: str = "welcome", **rest: Any) -> httpx.Response:
        return http.post(f"/directory/v1/workflows/{workflow}/simulate", json={"recipient": "ada", **rest})

    simulated = simulate().json()
    shown = [(each["step_ref"], each["message"]) for each in simulated["events"] if each["message"]]
    assert simulated["obstacle"] is None
    assert [(ref, message["channel"], message["obstacle"]) for ref, message in shown] == [
        ("in-app", "in-app", None),
        ("email", "email", "no_email_address"),
    ]
    assert "Ada" in shown[0][1]["content"]["body"]
    assert http.get("/v1/messages").json()["items"] == []
    assert simulate(recipient="nobody").json()["obstacle"] == {"reason": "recipient_missing"}
    assert simulate(recipient={"collection": "teams", "id": "x"}).json()["obstacle"] == {"reason": "recipient_missing"}
    assert (simulate("nothing").status_code, simulate(recipient={}).status_code) == (404, 422)
