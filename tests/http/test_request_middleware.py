"""What is around every request: its id, CORS, methods and paths that are not there, health, metrics, logs."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from addressee.database.embedded.server import EmbeddedPostgres
from addressee.database.installation import Installation
from addressee.database.migrate import migrate
from addressee.database.pool import open_pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import KINDS, Keys, Kind
from tests.support.api import API, running_api
from tests.support.populated import PopulatedEnvironment, with_user
from tests.support.raw_http import Connection, Reply, ask
from tests.support.refusals import SPOKEN_KNOCK, SPOKEN_NATIVE, SPOKEN_SUPRSEND, Refusal, Spoken
from tests.support.routes import ROUTES, Route, each, every_route
from tests.support.servers import CARELESS
from tests.support.service import running_service
from tests.support.waiting import eventually

METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "WEBSOCKET", "NONSENSE"}


class TestRequestIds:
    @pytest.mark.parametrize("id", ["a", "req_1", "x" * 200, "!~"])
    def test_the_callers_own_comes_back(self, api: str, id: str) -> None:
        assert ask(api, "GET", "/v1/users", headers={"x-request-id": id}).headers["x-request-id"] == id

    @pytest.mark.parametrize("id", ["", "x" * 201, "two words", "é", "a\tb"])
    def test_one_that_is_no_word_is_replaced(self, api: str, id: str) -> None:
        given = ask(api, "GET", "/v1/users", headers={"x-request-id": id}).headers["x-request-id"]
        assert UUID(given).version == 7

    @pytest.mark.parametrize("path", ["/v1/users", "/v1/nothing", "/nothing", "/health/live", "/metrics", "/docs"])
    def test_every_answer_has_one(self, api: str, path: str) -> None:
        assert UUID(ask(api, "GET", path).headers["x-request-id"]).version == 7


class TestBrowsers:
    """Cross-origin calls (knock.md §1.1)."""

    @every_route
    def test_a_preflight_needs_no_key(self, line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
        asked = {"origin": "https://app.example", "access-control-request-method": route.method}
        reply = line.ask("OPTIONS", populated.path(route), headers=asked)
        assert (reply.status, reply.body) == (204, b"")
        assert reply.headers["access-control-allow-origin"] == "*"
        assert route.method in reply.headers["access-control-allow-methods"].split(", ")
        allowed = {name.lower() for name in reply.headers["access-control-allow-headers"].split(", ")}
        assert allowed >= {"authorization", "content-type", "x-knock-user-token", "x-knock-client", "x-knock-branch"}

    @pytest.mark.parametrize("path", ["/v1/users", "/v1/nothing", "/nothing"])
    def test_a_browser_may_read_every_answer(self, api: str, path: str) -> None:
        reply = ask(api, "GET", path, headers={"origin": "https://app.example"})
        assert reply.headers["access-control-allow-origin"] == "*"
        exposed = set(reply.headers["access-control-expose-headers"].split(", "))
        assert exposed >= {"x-request-id", "idempotent-replayed", "original-x-request-id", "retry-after", "allow"}


class TestWhatIsNotThere:
    @pytest.mark.parametrize(
        "path", ["/v1/", "/v1/nothing", "/v1/users/ada/", "/v1/users/ada/nothing", "/v1/Users", "/v1/users//x/y"]
    )
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
    def test_an_unknown_path_of_the_dialect(self, api: str, method: str, path: str) -> None:
        """The vendor's odd body, not the envelope (knock.md §1.1)."""
        reply = ask(api, method, path)
        assert (reply.status, reply.json) == (404, {"errors": {"detail": "404 Not Found"}})

    @pytest.mark.parametrize(
        ("spoken", "path"),
        [
            (SPOKEN_NATIVE, "/directory/v1/nothing"),
            (SPOKEN_NATIVE, "/directory/v1/users/ada/"),
            (SPOKEN_SUPRSEND, "/v1/user/ada/nothing/"),
            (SPOKEN_SUPRSEND, "/v1/user/ada//"),
            (SPOKEN_SUPRSEND, "/v1/message/1/"),
            (SPOKEN_SUPRSEND, "/v2/event/1"),
            (SPOKEN_SUPRSEND, "/trigger/1/2"),
        ],
    )
    def test_an_unknown_path_of_the_other_dialects(self, api: str, spoken: Spoken, path: str) -> None:
        assert not spoken.problems(ask(api, "POST", path), Refusal.MISSING)

    @pytest.mark.parametrize("path", ["/nothing", "/v1", "/v3/users", "/%00", "/%C3%A9", "/%"])
    def test_a_path_that_is_nobodys(self, api: str, path: str) -> None:
        reply = ask(api, "GET", path)
        assert reply.status == 404
        assert reply.json == {
            "status": 404,
            "message": "There is nothing at this path; /docs describes what there is.",
        }

    def test_a_doubled_slash_in_front_is_one(self, api: str) -> None:
        """Clients make it of an origin that ends with one."""
        assert not SPOKEN_KNOCK.problems(ask(api, "GET", "//v1/users"), Refusal.NO_KEY)

    @every_route
    def test_another_method_is_told_which_there_are(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        there = [one.method for one in ROUTES if one.path == route.path]
        wrong = []
        for method in METHODS - {*there}:
            reply = line.ask(method, populated.path(route))
            wrong += [f"{method}: {problem}" for problem in route.problems(reply, Refusal.WRONG_METHOD)]
            if reply.headers.get("allow") != ", ".join(there):
                wrong.append(f"{method}: allow is {reply.headers.get('allow')}")
        assert not wrong, "\n".join(wrong)

    @every_route
    def test_head_has_no_body(self, line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
        reply = line.ask("HEAD", populated.path(route))
        assert (reply.status, reply.body) == (405, b"")
        assert route.method in reply.headers["allow"].split(", ")


class TestSpellings:
    @each(lambda route: len(route.spellings) > 1)
    def test_how_a_path_is_spelled_makes_no_difference(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        """What is read is the same, byte for byte; of what is written, which methods there are."""
        target = populated.path(route)
        method, status = ("GET", 200) if route.method == "GET" else ("TRACE", 405)
        headers = route.spoken.sends(populated.keys[route.spoken.key])
        spelled = route.spoken.dialect.path_aliases(target)
        headers = {**headers, "x-request-id": "one"}
        replies = [line.ask(method, with_user(route, path), headers=headers) for path in spelled]
        assert len({*spelled}) == len(spelled) > 1
        assert {reply.status for reply in replies} == {status}
        assert len({reply.body for reply in replies}) == 1


class TestHttp10:
    def test_it_is_answered_and_closed(self, api: str, populated: PopulatedEnvironment) -> None:
        head, body = raw(api, f"GET /v1/users/nobody HTTP/1.0\r\nAuthorization: Bearer {populated.secret_key}\r\n\r\n")
        assert head.startswith("HTTP/1.0 404 ")
        assert json.loads(body)["code"] == "resource_missing"

    def test_with_a_body(self, api: str, playground: PopulatedEnvironment) -> None:
        key = playground.secret_key
        head, body = raw(
            api,
            f'PUT /v1/users/old HTTP/1.0\r\nAuthorization: Bearer {key}\r\nContent-Length: 14\r\n\r\n{{"name":"Old"}}',
        )
        assert head.startswith("HTTP/1.0 200 ")
        assert json.loads(body)["name"] == "Old"

    def test_what_is_no_http_is_refused(self, api: str) -> None:
        head, _ = raw(api, "nonsense\r\n\r\n")
        assert head.startswith("HTTP/1.1 400 ")


def raw(url: str, request: str) -> tuple[str, str]:
    """The head and the body of what comes back until the server closes."""
    where = urlsplit(url)
    with socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=10) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.decode().partition("\r\n\r\n")
    return head, body


class TestHealth:
    def test_live(self, api: str) -> None:
        reply = ask(api, "GET", "/health/live")
        assert (reply.status, reply.json) == (200, {"status": "live"})

    def test_ready(self, api: str) -> None:
        reply = ask(api, "GET", "/health/ready")
        assert (reply.status, reply.json) == (200, {"status": "ready"})

    def test_another_method(self, api: str) -> None:
        reply = ask(api, "POST", "/health/live", body=b"{}")
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")

    @pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
    def test_a_monitor_may_ask_for_the_head_only(self, api: str, path: str) -> None:
        reply = ask(api, "HEAD", path)
        assert (reply.status, reply.body) == (200, b"")


@pytest.fixture(scope="module", params=["the database left", "the database was not there"])
async def outage(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> AsyncIterator[Cut]:
    installation = Installation(tmp_path_factory.mktemp("outage"))
    async with AsyncExitStack() as stack:
        async with EmbeddedPostgres(installation.postgres_folder, settings=CARELESS):
            await migrate(installation.target(), finish=True)
            pool = await open_pool(installation.target())
            keys = Keys(pool, Sealer(installation.master_key()))
            created = {kind: (await keys.create("development", kind)).key for kind in KINDS}
            await pool.close()
            if request.param == "the database left":
                url = stack.enter_context(running_api(installation))
                assert ask(url, "GET", "/v1/users", key=created["secret"]).status == 200
        if request.param == "the database was not there":
            url = stack.enter_context(running_api(installation, "/health/live"))
        yield Cut(url, created)


class TestOutage:
    """The database is away, the API is there."""

    def test_every_route_asks_to_try_again(self, outage: Cut, populated: PopulatedEnvironment) -> None:
        """Also when it was to find out whose the key is."""
        line = Connection(outage.url)
        wrong = []
        for route in ROUTES:
            reply = populated.ask(line, route, key=outage.keys[route.spoken.key], query="?message_ids[]=1")
            wrong += route.problems(reply, Refusal.UNAVAILABLE)
            if reply.headers.get("retry-after") != "1":
                wrong.append(f"{route.title}: retry-after is {reply.headers.get('retry-after')}")
        line.close()
        assert not wrong, "\n".join(wrong)

    def test_health_tells_the_two_apart(self, outage: Cut) -> None:
        assert ask(outage.url, "GET", "/health/live").status == 200
        ready = ask(outage.url, "GET", "/health/ready")
        assert (ready.status, ready.json) == (503, {"status": "waiting for the database"})

    def test_metrics_go_on(self, outage: Cut) -> None:
        reply = ask(outage.url, "GET", "/metrics")
        assert reply.status == 200
        assert b'addressee_request_seconds_count{dialect="own",operation="health.live",status="200"}' in reply.body


class Cut(NamedTuple):
    """An API without its database."""

    url: str
    keys: Mapping[Kind, str]


class TestMetrics:
    SAMPLE = re.compile(r"(?P<name>\w+)(?:{(?P<labels>[^}]*)})? (?P<value>\S+)")

    def samples(self, api: str) -> dict[str, float]:
        text = ask(api, "GET", "/metrics").body.decode()
        found = [self.SAMPLE.fullmatch(line) for line in text.splitlines() if not line.startswith("#")]
        return {f"{one['name']}{{{one['labels'] or ''}}}": float(one["value"]) for one in found if one}

    def test_requests_are_counted_by_operation_and_status(self, api: str, populated: PopulatedEnvironment) -> None:
        name = 'addressee_request_seconds_count{dialect="knock",operation="users.get",status="404"}'
        before = self.samples(api).get(name, 0)
        for _ in range(3):
            ask(api, "GET", "/v1/users/nobody", key=populated.secret_key)
        assert self.samples(api)[name] == before + 3

    def test_callers_cannot_add_series(self, api: str) -> None:
        for path in ("/v1/one", "/v1/another", "/v1/users/ada/else"):
            ask(api, "GET", path)
        ask(api, "NONSENSE", "/v1/users")
        counts = [name for name in self.samples(api) if name.startswith("addressee_request_seconds_count")]
        assert [name for name in counts if "unrouted" in name and "404" in name and "knock" in name] == [
            'addressee_request_seconds_count{dialect="knock",operation="unrouted",status="404"}'
        ]
        assert not any("another" in name or "NONSENSE" in name for name in self.samples(api))

    def test_who_is_not_let_in_adds_one_series_for_each_answer(self, api: str) -> None:
        def of_strangers() -> set[str]:
            counts = (name for name in self.samples(api) if name.startswith("addressee_request_seconds_count"))
            return {name for name in counts if 'operation="unauthenticated"' in name}

        before = self.samples(api)
        for path in ("/v1/users/ada", "/v1/objects/cities", "/v1/messages", "/v1/tenants"):
            ask(api, "GET", path)
            ask(api, "GET", path, key="sk_of_nobody")
        assert (
            'addressee_request_seconds_count{dialect="knock",operation="unauthenticated",status="401"}'
            in of_strangers()
        )
        added = {name for name in self.samples(api).keys() - before.keys() if "_count{" in name}
        assert added <= of_strangers()
        assert len({name for name in of_strangers() if 'dialect="knock"' in name and 'status="401"' in name}) == 1

    @pytest.mark.parametrize(
        "name",
        [
            'addressee_request_seconds_bucket{dialect="knock",le="0.25",operation="users.bulk.identify",status="200"}',
            "addressee_write_batch_size_count{}",
            "addressee_write_conflicts_total{}",
            "addressee_write_reruns_total{}",
            "addressee_writes_waiting{}",
        ],
    )
    def test_there_are(self, api: str, populated: PopulatedEnvironment, name: str) -> None:
        assert name in self.samples(api)

    def test_the_queue_is_described(self, api: str) -> None:
        text = ask(api, "GET", "/metrics").body.decode()
        for name in ("addressee_jobs_waiting", "addressee_jobs_oldest_seconds", "addressee_jobs_held"):
            assert f"# TYPE {name} gauge" in text


@pytest.fixture(scope="module")
def description(api: str) -> Any:
    return ask(api, "GET", "/openapi.json").json


class TestDescription:
    def test_every_route_is_in_it_and_no_other(self, description: Any) -> None:
        described = {f"{method.upper()} {path}" for path, methods in description["paths"].items() for method in methods}
        assert described == {route.title for route in ROUTES}

    def test_it_is_openapi(self, description: Any) -> None:
        assert description["openapi"] == "3.1.0"
        assert description["info"].keys() == {"title", "version", "description"}
        ids = [operation["operationId"] for operation in operations(description)]
        assert len(ids) == len(set(ids))

    def test_every_schema_is_a_schema_and_every_reference_leads_somewhere(self, description: Any) -> None:
        schemas = description["components"]["schemas"]
        for schema in schemas.values():
            Draft202012Validator.check_schema(schema)
        references = re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(description))
        assert set(references) <= schemas.keys()

    @every_route
    def test_every_status_has_the_shape_of_its_answer(self, description: Any, route: Route) -> None:
        """Which statuses there are is tried by requests (`test_any_request.py`)."""
        responses = description["paths"][route.path][route.method.lower()]["responses"]
        refusals = {status: each for status, each in responses.items() if status >= "400"}
        assert refusals.keys() >= {"400", "401", "408", "413", "415", "500", "503"}
        [shape] = {each["content"]["application/json"]["schema"]["$ref"] for each in refusals.values()}
        assert shape.startswith(f"#/components/schemas/{route.spoken.dialect.name}.")
        assert all(status.startswith("2") for status in responses.keys() - refusals.keys())

    def test_a_list_of_triggers_is_answered_by_its_outcomes(self, description: Any) -> None:
        responses = description["paths"]["/trigger/"]["post"]["responses"]
        shapes = {
            status: responses[status]["content"]["application/json"]["schema"]["$ref"].rpartition(".")[2]
            for status in ("202", "207")
        }
        assert shapes == {"202": "Accepted", "207": "Outcomes"}

    def test_every_variable_of_a_path_is_a_parameter(self, description: Any) -> None:
        for path, methods in description["paths"].items():
            for operation in methods.values():
                named = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
                assert named == re.findall(r"{(\w+)}", path)

    def test_the_page_shows_every_route_and_loads_nothing(self, api: str) -> None:
        reply = ask(api, "GET", "/docs")
        page = reply.body.decode()
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        assert page.startswith("<!doctype html>")
        for route in ROUTES:
            assert f"<code>{route.path}</code>" in page
        assert not re.search(r"<script|<link|src=|@import|url\(", page)


def operations(description: Any) -> Iterator[Any]:
    for methods in description["paths"].values():
        yield from methods.values()


class TestLogs:
    def test_a_request_is_one_line_of_json(
        self, api: str, installation: Installation, populated: PopulatedEnvironment
    ) -> None:
        reply = ask(api, "GET", "/v1/users/nobody?user_shape=flat", key=populated.secret_key)
        [line] = self.lines_about(installation, reply)
        assert line.keys() == {
            "event", "level", "method", "milliseconds", "operation", "request_id", "status", "timestamp"
        }  # fmt: skip
        assert (line["event"], line["level"]) == ("request", "info")
        assert (line["method"], line["operation"], line["status"]) == ("GET", "users.get", 404)
        assert 0 < line["milliseconds"] < 10_000

    def test_they_never_hold_a_key_an_address_or_a_body(self, tmp_path: Path) -> None:
        """Of an API, a worker that sends, and a database, from start to stop."""
        with running_service(tmp_path) as service:
            key = service.create_key()
            secrets = [key, "sk_unknown_key", "ada@secret.example", "Countess", "+4915112345678", "refused-value"]
            user = {"name": "Countess", "email": "ada@secret.example", "phone_number": "+4915112345678"}
            body = json.dumps(user).encode()
            assert ask(service.url, "PUT", "/v1/users/ada", key=key, body=body).status == 200
            trigger = b'{"recipients": ["ada"], "data": {"word": "Countess"}}'
            assert ask(service.url, "POST", "/v1/workflows/welcome/trigger", key=key, body=trigger).status == 200
            for bad in (b'{"timezone": "refused-value"}', b'{"name": "refused-value', b'{"a": "refused-value\\u0000"}'):
                assert ask(service.url, "PUT", "/v1/users/ada", key=key, body=bad).status in (400, 422)
            assert ask(service.url, "GET", "/v1/users?after=refused-value", key=key).status == 422
            assert ask(service.url, "GET", "/v1/users/ada@secret.example", key="sk_unknown_key").status == 401
            assert ask(service.url, "GET", "/ada@secret.example?key=sk_unknown_key").status == 404
            eventually(lambda: any((tmp_path / "outbox").glob("*/*.eml")))
            service.stop()
            log = service.log
        assert [secret for secret in secrets if secret in log] == []
        assert all(json.loads(line)["event"] for line in log.splitlines())

    def lines_about(self, installation: Installation, reply: Reply) -> list[Any]:
        log = installation.data_dir / f"{API}.log"
        id = reply.headers["x-request-id"]

        def found() -> list[str]:
            return [line for line in log.read_text().splitlines() if id in line]

        eventually(lambda: bool(found()))
        return [json.loads(line) for line in found()]
