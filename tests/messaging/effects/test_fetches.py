"""Fetch steps: requests of runs are made outside of transactions, and their outcome moves each run once."""

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook

from addressee.channels.requests.exchange import open_public_client
from addressee.channels.requests.fetchable_hosts import ADVICE
from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.messaging.effects import fetches
from addressee.messaging.effects.fetches import Fetch, Fetcher
from addressee.messaging.environment.secrets import Secrets
from addressee.messaging.workflows.configuration import ConfigurationError
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, Silence, provider_server
from tests.messaging.office import FILES, SEALER, Office

THIRTY, MINUTE = timedelta(seconds=30), timedelta(seconds=60)
TOKEN = "tok-5ecret-value/+1"
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

FEED = """
  - ref: feed
    channel: in-app
    template: {body: "{{ data.plan }} of {{ recipient.name }}"}
"""


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    async with provider_server() as running:
        yield running


def workflow(url: str, **settings: Any) -> str:
    written = msgspec.json.encode({"url": url, **settings}).decode()
    return f"steps:\n  - ref: plan\n    type: http_fetch\n    settings: {written}\n{FEED}"


async def told(office: Office, text: str, *ids: str, **rest: Any) -> None:
    """Pushes a workflow with a fetch, triggers it for users, and works."""
    await office.push({**FILES, "workflows/fetching.yaml": text})
    for id in ids or ("ada",):
        await office.identify(id)
    await office.trigger(*(ids or ("ada",)), workflow="fetching", **rest)
    await office.work()


async def bodies(office: Office, id: str = "ada") -> list[str]:
    feed = await office.feed(id)
    return [item.blocks[0].rendered.removeprefix("<p>").removesuffix("</p>") for item in feed.items.entries]


async def entries(office: Office, *events: str, id: str = "ada") -> list[dict[str, Any]]:
    found = [entry for entry in await office.journal(id) if entry.get("step_ref") == "plan"]
    return [entry["data"] for entry in found if entry["event"] in events]


async def events(office: Office, id: str = "ada") -> list[str]:
    return [entry["event"] for entry in await office.journal(id) if entry.get("step_ref") in {None, "plan"}]


async def status(office: Office) -> list[tuple[str, int]]:
    return [(run["status"], run["step"]) for run in await office.recipient_runs()]


def answering(server: ProviderServer, *replies: Reply | Silence) -> None:
    """Has the server give these answers one after the other."""
    left = list(replies)
    server.answer = lambda request: left.pop(0)


async def test_an_answer_is_laid_over_the_data_of_the_run(office: Office, server: ProviderServer) -> None:
    server.answer = lambda request: Reply(body={"plan": "gold", "seats": 3})
    await told(office, workflow(server.url + "/plans?u=1"), data={"plan": "free", "page": "p"})
    assert await bodies(office) == ["gold of Ada"]
    (run,) = await office.recipient_runs()
    assert msgspec.json.decode(run["data"]) == {"plan": "gold", "seats": 3}
    assert msgspec.json.decode(run["refs"]) == {"plan": {"attempts": 1, "status": 200}}
    (entry,) = await entries(office, "step_completed")
    assert entry.pop("duration_ms") >= 0
    assert entry == {
        "method": "GET",
        "host": server.url.removeprefix("http://"),
        "path": "/plans",
        "status": 200,
        "size": len(b'{"plan": "gold", "seats": 3}'),
    }
    assert await events(office) == ["step_started", "step_completed", "run_completed"]


async def test_a_request_is_made_of_liquid_with_every_part(office: Office, server: ProviderServer) -> None:
    text = workflow(
        server.url + "/{{ recipient.id }}?a=1",
        method="post",
        headers={"X-Plan": "{{ data.plan }}", "X-Count": 3},
        query_params=[{"key": "q", "value": "{{ data.plan }} & more"}],
        body={"who": "{{ recipient.name }}", "n": 1, "list": ["{{ data.plan }}"]},
    )
    await told(office, text, data={"plan": "free"})
    (request,) = server.received
    assert (request.method, request.path, request.query) == ("POST", "/ada", "a=1&q=free %26 more")
    assert request.json == {"who": "Ada", "n": 1, "list": ["free"]}
    assert (request.headers["x-plan"], request.headers["x-count"]) == ("free", "3")
    assert request.headers["content-type"] == "application/json"
    assert "webhook-signature" not in request.headers


async def test_headers_parameters_and_body_may_be_texts_that_render_to_json(
    office: Office, server: ProviderServer
) -> None:
    text = workflow(
        server.url,
        method="PUT",
        headers='{"x-a": "{{ data.plan }}"}',
        query_params='[{"key": "b", "value": 2}]',
        body='{"plan": {{ data.plan | json }}}',
    )
    await told(office, text, data={"plan": 'a"b'})
    assert await events(office) == ["step_started", "error", "run_completed"]
    await told(office, text, "bob", data={"plan": "ab"})
    (request,) = server.received
    assert (request.headers["x-a"], request.query, request.json) == ("ab", "b=2", {"plan": "ab"})


async def test_a_part_of_an_answer_goes_under_a_key(office: Office, server: ProviderServer) -> None:
    server.answer = lambda request: Reply(body={"items": [{"name": "gold"}]})
    await told(office, workflow(server.url, response_path="items.0.name", output_key="plan"))
    assert await bodies(office) == ["gold of Ada"]


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_an_empty_answer_changes_nothing(office: Office, server: ProviderServer, status: int) -> None:
    server.answer = lambda request: Reply(status)
    await told(office, workflow(server.url), data={"plan": "free"})
    assert await bodies(office) == ["free of Ada"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(body="hello"), "the answer is not JSON"),
        (Reply(body=[1]), "the answer must be a JSON object, or the step must have an output_key"),
        (Reply(body='{"a": "\\u0000"}'), "the answer.a contains a NUL character, which cannot be stored."),
        (Reply(body='{"a": "' + "x" * 1_000_000 + '"}'), "the answer has more than 1,000,000 bytes"),
        (Reply(404, "nobody"), "http_fetch was answered 404"),
        (
            Reply(302, "", {"location": "http://169.254.169.254/"}),
            "http_fetch was answered 302; redirects are not followed",
        ),
    ],
)
async def test_an_answer_that_cannot_be_used_ends_the_run(
    office: Office, server: ProviderServer, reply: Reply, reason: str
) -> None:
    server.answer = lambda request: reply
    await told(office, workflow(server.url))
    (entry,) = await entries(office, "error")
    assert (entry["reason"], len(server.received)) == (reason, 1)
    assert entry["response"] == (reply.content[1].decode()[:500])
    assert await bodies(office) == []
    assert (await status(office))[0][0] == "completed"
    assert await events(office) == ["step_started", "error", "run_completed"]


async def test_a_run_may_go_on_without_an_answer(office: Office, server: ProviderServer) -> None:
    server.answer = lambda request: Reply(404)
    await told(office, workflow(server.url, on_error="continue"), data={"plan": "free"})
    assert await bodies(office) == ["free of Ada"]
    (run,) = await office.recipient_runs()
    assert msgspec.json.decode(run["refs"]) == {"plan": {"attempts": 1, "status": 404}}
    assert run["error_count"] == 1


@pytest.mark.parametrize("first", [Reply(500), Reply(503), Reply(429), Silence()])
async def test_what_may_pass_is_tried_again_after_pauses(
    office: Office, server: ProviderServer, first: Reply | Silence
) -> None:
    answering(server, first, first, Reply(body={"plan": "gold"}))
    await told(office, workflow(server.url))
    assert await status(office) == [("paused", 0)]
    await office.pass_time(THIRTY - timedelta(seconds=2))
    assert len(server.received) == 1
    await office.pass_time(timedelta(seconds=3))
    assert len(server.received) == 2
    await office.pass_time(THIRTY)
    assert len(server.received) == 2
    await office.pass_time(THIRTY)
    assert await bodies(office) == ["gold of Ada"]
    assert await events(office) == ["step_started", "step_retried", "step_retried", "step_completed", "run_completed"]
    keys = {request.headers["idempotency-key"] for request in server.received}
    assert (len(server.received), len(keys)) == (3, 1)


async def test_after_the_third_failure_the_run_ends(office: Office, server: ProviderServer) -> None:
    server.answer = lambda request: Reply(500, "out of order")
    await told(office, workflow(server.url))
    for wait in (MINUTE, 2 * MINUTE, 2 * MINUTE):
        await office.pass_time(wait)
    assert len(server.received) == 3
    assert await events(office) == ["step_started", "step_retried", "step_retried", "error", "run_completed"]
    (entry,) = await entries(office, "error")
    assert (entry["status"], entry["response"]) == (500, "out of order")


async def test_a_host_that_does_not_answer_in_time_is_tried_again(office: Office, server: ProviderServer) -> None:
    answering(server, Silence(closes=False), Reply(body={"plan": "gold"}))
    await told(office, workflow(server.url, timeout=0.05))
    (entry,) = await entries(office, "step_retried")
    assert entry["reason"].endswith("did not answer within 0.05 seconds")
    await office.pass_time(MINUTE)
    assert await bodies(office) == ["gold of Ada"]


async def test_a_host_that_cannot_be_connected_to_is_tried_again(office: Office) -> None:
    async with provider_server() as server:
        url = server.url
    await told(office, workflow(url))
    (entry,) = await entries(office, "step_retried")
    assert "cannot be reached" in entry["reason"]


@pytest.mark.parametrize("url", ["http://localhost:{port}/", "http://[::1]:{port}/", "http://2130706433:{port}/"])
async def test_a_private_host_that_nobody_named_is_not_asked(office: Office, server: ProviderServer, url: str) -> None:
    port = server.url.rpartition(":")[2]
    client = open_public_client(allowed=AllowedHosts.listed("", ADVICE))
    office.use_for_fetches(client)
    await told(office, workflow(url.format(port=port), output_key="plan"))
    await client.aclose()
    (entry,) = await entries(office, "error")
    assert entry["reason"].endswith("is not a public host; if workflows may ask it, name it in ADDRESSEE_PRIVATE_HOSTS")
    assert (server.received, await bodies(office)) == ([], [])


async def test_neither_a_dns_answer_nor_a_redirect_leads_inside(office: Office, server: ProviderServer) -> None:
    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    port = server.url.rpartition(":")[2]
    server.answer = lambda request: Reply(307, "", {"location": f"http://inside.example.com:{port}/secret"})
    client = open_public_client(resolve=loopback, allowed=AllowedHosts.listed("hooks.example.com", ADVICE))
    office.use_for_fetches(client)
    await told(office, workflow(f"http://inside.example.com:{port}/secret"))
    await told(office, workflow(f"http://hooks.example.com:{port}/start"), "bob")
    await client.aclose()
    (refused,), (redirected,) = await entries(office, "error"), await entries(office, "error", id="bob")
    assert "inside.example.com is not a public host" in refused["reason"]
    assert redirected["reason"] == "http_fetch was answered 307; redirects are not followed"
    assert [request.path for request in server.received] == ["/start"]


async def test_requests_are_signed_as_standard_webhooks_say(office: Office, server: ProviderServer) -> None:
    await Secrets(office.pool, SEALER).set(office.environment_id, "hook", SIGNING, office.clock.now())
    await told(office, workflow(server.url, method="POST", body={"a": 1}, signing_secret="{{ secrets.hook }}"))
    (request,) = server.received
    assert request.headers["webhook-id"] == request.headers["idempotency-key"]
    at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    assert abs(at - office.clock.now()) < timedelta(seconds=2)
    signature = Webhook(SIGNING).sign(request.headers["webhook-id"], at, request.body.decode())
    assert request.headers["webhook-signature"] == signature


async def test_requests_are_signed_as_knock_does(office: Office, server: ProviderServer) -> None:
    await Secrets(office.pool, SEALER).set(office.environment_id, "hook", TOKEN, office.clock.now())
    text = workflow(server.url, method="POST", body="x", signing_secret="{{ secrets.hook }}", signature="knock")
    await told(office, text)
    (request,) = server.received
    at, _, given = request.headers["x-knock-signature"].removeprefix("t=").partition(",s=")
    expected = hmac.digest(TOKEN.encode(), f"{at}.x".encode(), "sha256")
    assert base64.b64decode(given) == expected


async def test_secrets_stand_in_requests_and_nowhere_else(
    office: Office, server: ProviderServer, capfd: pytest.CaptureFixture[str]
) -> None:
    await Secrets(office.pool, SEALER).set(office.environment_id, "token", TOKEN, office.clock.now())
    text = workflow(
        server.url + "/{{ secrets.token | url_encode }}",
        method="POST",
        headers={"authorization": "Bearer {{ secrets.token }}", "x-b": "{{ secrets.token | base64_encode }}"},
        query_params={"key": "{{ secrets.token }}"},
        body={"secret": "{{ secrets.token }}"},
        output_key="plan",
    )
    statuses = iter((400, 200))

    def echo(request: ReceivedRequest) -> Reply:
        told = {"path": request.path, "query": request.query, "headers": dict(request.headers)}
        return Reply(next(statuses), {**told, "body": request.body.decode()})

    server.answer = echo
    for id in ("ada", "bob"):
        await told(office, text, id)
    assert server.received[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert server.received[0].json == {"secret": TOKEN}
    stored = await office.pool.fetchval(
        "SELECT string_agg(runs::text, '') FROM addressee.recipient_runs AS runs WHERE environment_id = $1",
        office.environment_id,
    )
    stored += await office.pool.fetchval(
        "SELECT string_agg(messages::text, '') FROM addressee.messages WHERE environment_id = $1",
        office.environment_id,
    )
    sealed = await office.pool.fetchval(
        "SELECT sealed FROM addressee.secrets WHERE environment_id = $1", office.environment_id
    )
    output = "".join(capfd.readouterr())
    assert "Bearer [...]" in stored or "[...]" in stored
    for form in (TOKEN, "5ecret", "dG9rLTVlY3JldC12YWx1ZS8rMQ=="):
        assert form not in stored
        assert form not in output
    assert TOKEN.encode() not in sealed


async def test_a_secret_that_was_removed_fails_the_step_and_asks_nobody(office: Office, server: ProviderServer) -> None:
    secrets = Secrets(office.pool, SEALER)
    await secrets.set(office.environment_id, "token", TOKEN, office.clock.now())
    text = workflow(server.url, headers={"authorization": "{{ secrets.token }}"})
    await office.push({**FILES, "workflows/fetching.yaml": text})
    await secrets.remove(office.environment_id, "token")
    await office.identify("ada")
    await office.trigger("ada", workflow="fetching")
    await office.work()
    (entry,) = await entries(office, "error")
    assert (entry, server.received) == ({"reason": "template: there is no secret 'token'"}, [])


async def test_what_a_file_says_wrong_is_named_with_its_line(office: Office) -> None:
    text = """steps:
  - ref: plan
    type: http_fetch
    settings:
      url: not a url
      method: SEND
  - ref: more
    type: http_fetch
    settings:
      url: https://example.com/{{ data.x | nothing }}
      headers:
        content-length: "3"
        authorization: |
          Bearer
          {{ secrets.unknown }}
      signing_secret: plain
      timeout: 31
  - ref: again
    type: fetch
    settings:
      url: https://example.com/{{ secrets.unknown }}
      headers:
        content-length: "3"
      signing_secret: plain
  - ref: feed
    channel: in-app
    template: {body: "{{ secrets.token }}"}
  - ref: collect
    type: batch
    settings: {batch_window: 10m, batch_key: "{{ secrets.token }}"}
"""
    with pytest.raises(ConfigurationError) as refused:
        await office.push({**FILES, "workflows/fetching.yaml": text})
    found = [str(problem).removeprefix("workflows/fetching.yaml:") for problem in refused.value.problems]
    assert found == [
        "6: this must be one of GET, POST, PUT, PATCH, DELETE",
        "17: 31 is greater than the maximum of 30",
        "21: there is no secret 'unknown'; set it with: addressee secrets set unknown --environment …",
        "23: this header is set by the sender itself",
        "24: this must be a secret of the environment: {{ secrets.name }}",
        "27: secrets are for http_fetch steps only: what others make is stored, and shown",
        "30: secrets are for http_fetch steps only: what others make is stored, and shown",
    ]


async def test_a_job_that_runs_twice_moves_each_run_once(office: Office, server: ProviderServer) -> None:
    server.answer = lambda request: Reply(body={"plan": "gold"})
    await office.push({**FILES, "workflows/fetching.yaml": workflow(server.url)})
    await office.identify("ada")
    await office.trigger("ada", workflow="fetching")
    while not (jobs := [job for job in await office.jobs() if job.name == "fetch"]):
        for job in await office.jobs():
            await office.run(job)
            await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
    page = msgspec.json.decode(jobs[0].arguments, type=Fetch)
    await asyncio.gather(office.carry_out(page), office.carry_out(page))
    await office.work()
    assert await bodies(office) == ["gold of Ada"]
    assert await events(office) == ["step_started", "step_completed", "run_completed"]
    assert len({request.headers["idempotency-key"] for request in server.received}) == 1


async def test_a_worker_that_dies_between_answer_and_store_asks_again(
    office: Office, server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = lambda request: Reply(body={"plan": "gold"})

    async def dies(*_: Any) -> int:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(Fetcher, "_store", dies)
        with pytest.raises(ConnectionError):
            await told(office, workflow(server.url))
    assert await status(office) == [("paused", 0)]
    await office.work()
    assert await bodies(office) == ["gold of Ada"]
    first, second = server.received
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


async def test_a_run_that_was_cancelled_meanwhile_stays_cancelled(office: Office, server: ProviderServer) -> None:
    await office.push({**FILES, "workflows/fetching.yaml": workflow(server.url)})
    await office.identify("ada")
    asked = asyncio.Event()

    def answer(request: ReceivedRequest) -> Reply:
        asked.set()
        return Reply(body={"plan": "gold"})

    server.answer = answer
    await office.trigger("ada", workflow="fetching", cancellation_key="c")
    original = Fetcher._outcome

    async def cancelled_meanwhile(self: Fetcher, *arguments: Any) -> Any:
        outcome = await original(self, *arguments)
        await office.messaging.runs.cancel(office.environment_id, "fetching", "c")
        return outcome

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Fetcher, "_outcome", cancelled_meanwhile)
        await office.work()
    assert asked.is_set()
    assert [run for run, _ in await status(office)] == ["cancelled"]
    assert await bodies(office) == []


async def test_who_was_deleted_meanwhile_is_not_asked_about(office: Office, server: ProviderServer) -> None:
    answering(server, Reply(500))
    await told(office, workflow(server.url))
    await office.delete("ada")
    await office.pass_time(MINUTE)
    assert len(server.received) == 1


async def test_a_page_makes_some_requests_at_once_and_all_of_them_in_the_end(
    office: Office, server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetches, "REQUESTS_AT_ONCE", 3)
    monkeypatch.setattr(fetches, "TURN_SECONDS", 0.0)
    server.answer = lambda request: Reply(body={"plan": request.path})
    ids = [f"u{number}" for number in range(10)]
    await told(office, workflow(server.url + "/{{ recipient.id }}"), *ids)
    assert sorted(request.path for request in server.received) == [f"/{id}" for id in ids]
    assert [await bodies(office, id) for id in ids] == [[f"/{id} of {id.title()}"] for id in ids]


async def test_a_webhook_posts_and_needs_no_answer(office: Office, server: ProviderServer) -> None:
    answering(server, Reply(body="thanks"), Reply(body={"plan": "gold"}))
    text = workflow(server.url, body={"a": 1}).replace("http_fetch", "webhook")
    await told(office, text, data={"plan": "free"})
    assert [request.method for request in server.received] == ["POST"]
    assert await bodies(office) == ["free of Ada"]
    await told(office, text, "bob", data={"plan": "free"})
    assert await bodies(office, "bob") == ["gold of Bob"]
