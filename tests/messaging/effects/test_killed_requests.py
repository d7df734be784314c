"""Requests of steps are carried out, at whatever statement a worker dies: updates once, requests once at least."""

from itertools import count
from typing import Any

import msgspec
import pytest

from addressee.directory.edits.lists import LISTS, Define
from addressee.directory.recipient import Place
from tests.channels.provider_server import Reply, provider_server
from tests.messaging.kills import carried_out
from tests.messaging.office import FILES, Office


def workflow(type: str, settings: dict[str, Any]) -> str:
    written = msgspec.json.encode(settings).decode()
    feed = '{ref: feed, channel: in-app, template: {body: "{{ data.plan }} {{ recipient.count }}"}}'
    return f"steps:\n  - {{ref: ask, type: {type}, settings: {written}}}\n  - {feed}\n"


async def dying_at(office: Office, statement: int, *ids: str) -> bool:
    """Carries out runs, with a death at this statement of each job. Returns whether any job had as many."""
    for id in ids:
        await office.identify(id)
    await office.trigger(*ids, workflow="asking")
    enough = False
    while jobs := [job for job in await office.jobs() if not job.deferred]:
        for job in jobs:
            enough |= await carried_out(lambda: office.run(job), statement)  # noqa: B023 - called before the next one
            await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
    return enough


async def told(office: Office, id: str) -> list[str]:
    return [item.blocks[0].rendered for item in (await office.feed(id)).items.entries]


@pytest.mark.slow
async def test_a_fetch_moves_each_run_once(office: Office) -> None:
    async with provider_server() as server:
        server.answer = lambda request: Reply(body={"plan": "gold"})
        await office.push({**FILES, "workflows/asking.yaml": workflow("http_fetch", {"url": server.url})})
        for statement in count(1):
            ids = (f"a-{statement}", f"b-{statement}")
            server.received.clear()
            enough = await dying_at(office, statement, *ids)
            assert [await told(office, id) for id in ids] == [["<p>gold</p>"]] * 2, statement
            assert len({request.headers["idempotency-key"] for request in server.received}) == 2
            assert len(server.received) in {2, 4}
            if not enough:
                break
        assert statement > 10


@pytest.mark.slow
async def test_an_update_happens_once(office: Office) -> None:
    settings = {"update_properties": {"count": "{{ recipient.count | plus: 1 }}"}}
    await office.push({**FILES, "workflows/asking.yaml": workflow("update_user", settings)})
    for statement in count(1):
        ids = (f"a-{statement}", f"b-{statement}")
        enough = await dying_at(office, statement, *ids)
        assert [await told(office, id) for id in ids] == [["<p>1</p>"]] * 2, statement
        if not enough:
            break
    assert statement > 10


@pytest.mark.slow
async def test_a_list_has_its_members_and_tells_of_each_once(office: Office) -> None:
    place = Place(office.environment_id, LISTS, "vips")
    await office.directory.lists.define(place, Define("VIPs", tracks_entry=True))
    settings = {"list_id": "vips", "action": "add"}
    hello = 'events: ["$USER_ENTERED_LIST - vips"]\nsteps:\n  - {ref: hi, channel: in-app, template: {body: hi}}\n'
    asking = workflow("update_list", settings)
    await office.push({**FILES, "workflows/asking.yaml": asking, "workflows/hello.yaml": hello})
    for statement in count(1):
        ids = (f"a-{statement}", f"b-{statement}")
        enough = await dying_at(office, statement, *ids)
        assert [sorted(await told(office, id)) for id in ids] == [["", "<p>hi</p>"]] * 2, statement
        if not enough:
            break
    assert statement > 10
