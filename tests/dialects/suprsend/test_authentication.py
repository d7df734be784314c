"""Who may call: every form of the header, the clock, and the errors in the words of both SDK generations (§1)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

from addressee.database.pool import Pool
from addressee.dialects.suprsend.wire.signatures import DEFAULT_CONTENT_TYPE, Signed, sign
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import CreatedKey, Keys
from tests.conftest import Environment
from tests.support.raw_http import Reply, ask


def call(
    api: str,
    workspace: CreatedKey,
    method: str = "GET",
    target: str = "/v1/user/",
    body: bytes | None = None,
    *,
    date: str | None = None,
    sent: Mapping[str, str] | None = None,
    signed_target: str | None = None,
) -> Reply:
    """A signed request; `sent` are headers that are not as they were signed."""
    assert workspace.secret is not None
    date = format_datetime(datetime.now(UTC), usegmt=True) if date is None else date
    signed = Signed(method, signed_target or target, DEFAULT_CONTENT_TYPE, date, body or b"")
    headers = {
        "authorization": f"{workspace.key}:{sign(workspace.secret.encode(), signed)}",
        "content-type": DEFAULT_CONTENT_TYPE,
        "date": date,
        **(sent or {}),
    }
    return ask(api, method, target, headers=headers, body=body)


def check_refused(reply: Reply, status: int = 401) -> None:
    """The one body that all SDKs can read (§1.6)."""
    error = reply.json
    assert (reply.status, error["code"], error["status"], error["records"]) == (status, status, "error", [])
    assert error["message"] == error["error"]["message"]
    assert isinstance(error["message"], str)
    assert error["error"]["type"] == error["error_code"]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer ak_unknown", "ServiceToken x", "unknown:c2ln", ":c2ln", "wk", "é:é", "x" * 600],
)
def test_what_is_no_key_opens_nothing(api: str, header: str) -> None:
    check_refused(ask(api, "GET", "/v1/user/", headers={"authorization": header.encode().decode("latin-1")}))


async def test_keys_of_other_kinds_open_nothing(api: str, keys: Keys, environment: Environment) -> None:
    for kind in ("secret", "public", "workspace"):
        key = (await keys.create(environment.name, kind)).key
        check_refused(ask(api, "GET", "/v1/user/", key=key))
        check_refused(ask(api, "GET", "/v1/user/", headers={"authorization": key}))


async def test_and_these_open_nothing_else(api: str, keys: Keys, environment: Environment) -> None:
    key = (await keys.create(environment.name, "api")).key
    for path in ("/v1/users", "/directory/v1/notices"):
        assert ask(api, "GET", path, key=key).status == 401


def test_a_signed_request_is_answered(api: str, workspace: CreatedKey) -> None:
    assert call(api, workspace).status == 200
    assert call(api, workspace).status == 200, "the same once more in the same second"


def test_two_pairs_are_in_force_while_they_are_changed(api: str, workspace: CreatedKey, other_pair: CreatedKey) -> None:
    assert [call(api, pair).status for pair in (workspace, other_pair)] == [200, 200]


@pytest.fixture
async def other_pair(keys: Keys, environment: Environment) -> CreatedKey:
    return await keys.create(environment.name, "workspace")


async def test_a_revoked_pair_is_refused(api: str, keys: Keys, other_pair: CreatedKey) -> None:
    await keys.revoke(str(other_pair.id))
    check_refused(call(api, other_pair))


def test_the_signature_of_a_compressed_body_is_that_of_what_it_holds(api: str, workspace: CreatedKey) -> None:
    assert workspace.secret is not None
    date = format_datetime(datetime.now(UTC), usegmt=True)
    signed = Signed("PATCH", "/v1/user/gzipped/", DEFAULT_CONTENT_TYPE, date, BODY)
    headers = {
        "authorization": f"{workspace.key}:{sign(workspace.secret.encode(), signed)}",
        "content-type": DEFAULT_CONTENT_TYPE,
        "content-encoding": "gzip",
        "date": date,
    }
    assert ask(api, "PATCH", signed.target, headers=headers, body=gzip.compress(BODY)).status == 202
    check_refused(ask(api, "PATCH", signed.target, headers=headers, body=gzip.compress(BODY + b" ")))


BODY = b'{"operations": [{"$set": {"a": 1}}]}'


@pytest.mark.parametrize(
    ("path", "method", "body", "sent"),
    [
        ("/v1/user/v/", "PATCH", BODY, {}),
        ("/v1/user/u", "PATCH", BODY, {}),
        ("/v1/user/u/?tenant_id=a", "PATCH", BODY, {}),
        ("/v1/user/u/", "POST", BODY, {}),
        ("/v1/user/u/", "PATCH", BODY.replace(b"1", b"2"), {}),
        ("/v1/user/u/", "PATCH", b"", {}),
        (
            "/v1/user/u/",
            "PATCH",
            BODY,
            {"date": format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)},
        ),
        ("/v1/user/u/", "PATCH", BODY, {"content-type": "application/json"}),
    ],
)
def test_a_request_that_is_not_as_it_was_signed_is_refused(
    api: str, workspace: CreatedKey, path: str, method: str, body: bytes, sent: Mapping[str, str]
) -> None:
    assert workspace.secret is not None
    date = format_datetime(datetime.now(UTC), usegmt=True)
    signature = sign(workspace.secret.encode(), Signed("PATCH", "/v1/user/u/", DEFAULT_CONTENT_TYPE, date, BODY))
    headers = {"authorization": f"{workspace.key}:{signature}", "content-type": DEFAULT_CONTENT_TYPE, "date": date}
    check_refused(ask(api, method, path, headers={**headers, **sent}, body=body))
    assert ask(api, "PATCH", "/v1/user/u/", headers=headers, body=BODY).status == 202


class TestTheClock:
    @pytest.mark.parametrize(("minutes", "status"), [(-14, 200), (14, 200), (-16, 401), (16, 401)])
    def test_may_be_off_by_a_quarter_of_an_hour(
        self, api: str, workspace: CreatedKey, minutes: int, status: int
    ) -> None:
        then = datetime.now(UTC) + timedelta(minutes=minutes)
        for date in (format_datetime(then, usegmt=True), then.isoformat().replace("+00:00", "Z")):
            assert call(api, workspace, date=date).status == status

    @pytest.mark.parametrize("date", ["", "yesterday"])
    def test_is_needed(self, api: str, workspace: CreatedKey, date: str) -> None:
        check_refused(call(api, workspace, date=date))

    @pytest.mark.parametrize(("allowed", "named"), [(1, "1 minute"), (15, "15 minutes"), (1440, "1,440 minutes")])
    async def test_says_how_far_it_may_be_off(
        self, api: str, pool: Pool, environment: Environment, workspace: CreatedKey, allowed: int, named: str
    ) -> None:
        await Environments(pool).change(environment.name, {"clock_skew_minutes": allowed})
        answer = call(api, workspace, date="Tue, 04 Feb 2025 10:20:30 GMT")
        assert answer.json["message"] == (
            f"The request's date is more than {named} away from the time here; set your clock."
        )

    async def test_may_be_left_out_of_account(
        self, api: str, pool: Pool, environment: Environment, workspace: CreatedKey
    ) -> None:
        await Environments(pool).change(environment.name, {"clock_skew_minutes": 0})
        assert call(api, workspace, date="Tue, 04 Feb 2025 10:20:30 GMT").status == 200


def test_one_sdk_signs_what_it_means(api: str, workspace: CreatedKey, suprsend: Suprsend) -> None:
    suprsend.users.upsert("u/1", {})
    agent = {"user-agent": "suprsend/0.9.0;go/go1.22"}
    target, signed = "/v1/user/u%2F1/?b=2&a=1", "/v1/user/u/1/?a=1&b=2"
    assert call(api, workspace, target=target, signed_target=signed, sent=agent).status == 200
    check_refused(call(api, workspace, target=target, signed_target=signed))


def test_a_workspace_in_a_body_must_be_the_keys(api: str, workspace: CreatedKey, bearer: Suprsend) -> None:
    edit = {"distinct_id": "u", "$user_operations": []}
    for env, status in ((workspace.key, 202), (None, 202), ("w" * 20, 400)):
        body = json.dumps(edit if env is None else {**edit, "env": env}).encode()
        assert call(api, workspace, "POST", "/event/", body).status == status
    user = bearer.users.get_edit_instance("u")
    assert bearer.users.async_edit(user)["status_code"] == 202


def test_the_sdk_shows_why_it_was_refused(api: str, workspace: CreatedKey) -> None:
    client = Suprsend(workspace.key, "another secret", base_url=api)
    with pytest.raises(SuprsendAPIException, match=r"\[code: 401\] The signature is not that of this request"):
        client.users.get("u")
    with pytest.raises(SuprsendAPIException, match="401"):
        client.users.async_edit(client.users.get_edit_instance("u"))
    older = client.user.get_instance("u").save()
    assert (older["success"], older["status"], older["status_code"]) == (False, "fail", 401)


@pytest.mark.parametrize("path", ["/v1/user/u/nothing/", "/v1/bulk/nothing", "/v2/nothing/", "/event/nothing"])
def test_a_path_that_there_is_not_is_refused_in_the_same_words(api: str, path: str) -> None:
    check_refused(ask(api, "GET", path), 404)


def test_a_method_that_a_path_does_not_take(api: str) -> None:
    reply = ask(api, "PUT", "/v1/user/u/")
    check_refused(reply, 405)
    assert reply.headers["allow"] == "GET, POST, PATCH, DELETE"


def test_a_body_above_the_limit(api: str, workspace: CreatedKey) -> None:
    check_refused(call(api, workspace, "POST", "/event/", b" " * 1_048_577), 413)
