"""Channel data of users and objects through the official SDK, strict, and what it cannot send (knock.md §3.8)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import knockapi
import pytest
from knockapi import Knock

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.cases import apns
from tests.channels.fcm_server import FCM, FcmServer
from tests.conftest import Environment
from tests.dialects.knock.test_tokens import browser, refusal, signing_key, token

__all__ = ["browser", "signing_key"]

TYPES = {
    **dict.fromkeys(("fcm", "apns", "expo", "aws_sns", "one_signal"), "push"),
    **dict.fromkeys(("slack", "ms_teams", "discord"), "chat"),
    **{"webhook": "http", "feed": "in_app_feed"},
}

# What channels of a provider need; secrets come from variables of the environment.
SETTINGS = {
    "one_signal": ("app_id: a", "api_key: ${SECRET}"),
    "aws_sns": ("region: eu-central-1", "access_key_id: AKIDEXAMPLE", "secret_access_key: ${SECRET}"),
}

NOWHERE = {"locale": None, "timezone": None}
BERLIN = {"locale": "de", "timezone": "Europe/Berlin"}
WEBHOOK = {"incoming_webhook": {"url": "https://hooks.example.com/1"}}

Ids = dict[str, str]


@pytest.fixture
async def ids(pool: Pool, installation: Installation, environment: Environment, tmp_path: Path) -> Ids:
    """A channel of each provider; their ids by provider."""
    (tmp_path / "channels").mkdir()
    for provider, type in TYPES.items():
        settings = "".join(f"  {line}\n" for line in SETTINGS.get(provider, ()))
        text = f"type: {type}\nprovider: {provider}\n{'settings:' if settings else ''}\n{settings}"
        (tmp_path / "channels" / f"{provider}.yaml").write_text(text)
    (tmp_path / "channels" / "fcm.yaml").write_text(FCM)
    (tmp_path / "channels" / "apns.yaml").write_text(apns.FILE)
    account = FcmServer(Clock(), "https://oauth.example").service_account
    variables = {"FCM_ACCOUNT": account, "FCM_URL": "https://fcm.example", "SECRET": "s3cret", **apns.ENVIRONMENT}
    configuration = read_configuration(tmp_path, variables)
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    return {channel.key: str(channel.id) for channel in await channels.all_channels(pool, environment.id)}


def each(providers: str, prefix: str, *cases: tuple[Any, Any]) -> list[tuple[str, str, Any, Any]]:
    return [(one, f"{prefix}_{one}", given, answered) for one in providers.split() for given, answered in cases]


EVERY_PROVIDER = [
    *each(
        "fcm apns expo",
        "push",
        ({"tokens": ["t1", "t1"]}, {"tokens": ["t1"], "devices": [{"token": "t1", **NOWHERE}]}),
        ({"devices": [{"token": "t1", **BERLIN}]}, {"tokens": ["t1"], "devices": [{"token": "t1", **BERLIN}]}),
    ),
    *each(
        "aws_sns",
        "push",
        ({"target_arns": ["a1"]}, {"target_arns": ["a1"], "devices": [{"target_arn": "a1", **NOWHERE}]}),
        (
            {"devices": [{"target_arn": "a1", **BERLIN}]},
            {"target_arns": ["a1"], "devices": [{"target_arn": "a1", **BERLIN}]},
        ),
    ),
    *each("one_signal", "push", ({"player_ids": ["p1"]}, {"player_ids": ["p1"]})),
    *each(
        "slack",
        "chat",
        (
            {"connections": [{"channel_id": "C1", "access_token": "xoxb"}, WEBHOOK]},
            {"connections": [{"channel_id": "C1", "access_token": "xoxb"}, WEBHOOK]},
        ),
        ({"token": {"access_token": "xoxb"}}, {"token": {"access_token": "xoxb"}, "connections": []}),
    ),
    *each(
        "ms_teams",
        "chat",
        (
            {"connections": [{"ms_teams_user_id": "U1", "knock_tenant_id": "acme"}]},
            {"connections": [{"ms_teams_user_id": "U1", "knock_tenant_id": "acme"}]},
        ),
        ({"ms_teams_tenant_id": "M1"}, {"ms_teams_tenant_id": "M1", "connections": []}),
    ),
    *each(
        "discord",
        "chat",
        ({"connections": [{"channel_id": "C1"}, WEBHOOK]}, {"connections": [{"channel_id": "C1"}, WEBHOOK]}),
    ),
]


@pytest.mark.parametrize(("provider", "name", "given", "answered"), EVERY_PROVIDER)
class TestEveryProvider:
    def test_of_a_user(self, knock: Knock, ids: Ids, provider: str, name: str, given: Any, answered: Any) -> None:
        expected = {"__typename": "ChannelData", "channel_id": ids[provider], "provider": name, "data": answered}
        assert knock.users.set_channel_data("ada", ids[provider], data=given).to_dict() == expected
        assert knock.users.get_channel_data("ada", ids[provider]).to_dict() == expected

    def test_of_an_object(self, knock: Knock, ids: Ids, provider: str, name: str, given: Any, answered: Any) -> None:
        place = ("projects", "p1", ids[provider])
        expected = {"__typename": "ChannelData", "channel_id": ids[provider], "provider": name, "data": answered}
        assert knock.objects.set_channel_data(*place, data=given).to_dict() == expected
        assert knock.objects.get_channel_data(*place).to_dict() == expected

    def test_of_someone_identified_with_them(
        self, knock: Knock, ids: Ids, provider: str, name: str, given: Any, answered: Any
    ) -> None:
        knock.users.update("ada", channel_data={ids[provider]: given})
        assert knock.users.get_channel_data("ada", ids[provider]).data.to_dict() == answered


@pytest.mark.parametrize("provider", ["webhook", "feed"])
def test_a_channel_without_a_form_takes_any_object(http: httpx.Client, ids: Ids, provider: str) -> None:
    path = f"/v1/users/ada/channel_data/{ids[provider]}"
    stored = http.put(path, json={"data": {"any": ["thing"]}}).json()
    assert stored["data"] == {"any": ["thing"]}
    assert stored["provider"] == {"webhook": "http_knock_webhook", "feed": None}[provider]
    assert http.get(path).json() == stored


def test_setting_creates_the_bare_user_or_object(knock: Knock, ids: Ids) -> None:
    knock.users.set_channel_data("ada", ids["fcm"], data={"tokens": ["t1"]})
    assert set(knock.users.get("ada").to_dict()) == {"id", "__typename", "created_at", "updated_at"}
    knock.objects.set_channel_data("projects", "p1", ids["fcm"], data={"tokens": ["t1"]})
    assert knock.objects.get_channel_data("projects", "p1", ids["fcm"]).data.to_dict()["tokens"] == ["t1"]


def test_setting_overwrites(knock: Knock, ids: Ids) -> None:
    knock.users.set_channel_data("ada", ids["fcm"], data={"tokens": ["t1"]})
    knock.users.set_channel_data("ada", ids["fcm"], data={"tokens": ["t2"]})
    assert knock.users.get_channel_data("ada", ids["fcm"]).data.to_dict()["tokens"] == ["t2"]


def test_unsetting_leaves_other_channels_alone(knock: Knock, ids: Ids) -> None:
    for provider in ("fcm", "apns"):
        knock.users.set_channel_data("ada", ids[provider], data={"tokens": ["t1"]})
    for _ in range(2):
        knock.users.unset_channel_data("ada", ids["fcm"])
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get_channel_data("ada", ids["fcm"])
    assert knock.users.get_channel_data("ada", ids["apns"]).data.to_dict()["tokens"] == ["t1"]


def test_unsetting_creates_nobody(knock: Knock, ids: Ids) -> None:
    knock.users.unset_channel_data("nobody", ids["fcm"])
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get("nobody")


@pytest.mark.parametrize("channel", ["385de753-4157-421c-9f8f-51bf90149b05", "fcm"])
def test_an_unknown_channel_is_missing(http: httpx.Client, ids: Ids, channel: str) -> None:
    for path in (f"/v1/users/ada/channel_data/{channel}", f"/v1/objects/projects/p1/channel_data/{channel}"):
        assert refusal(http.get(path)) == (404, "resource_missing")
        assert refusal(http.put(path, json={"data": {"tokens": []}})) == (404, "resource_missing")
        assert refusal(http.delete(path)) == (404, "resource_missing")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "data"),
        ({"data": ["t1"]}, "data"),
        ({"data": {}}, "data"),
        ({"data": {"tokens": ["t1", 2]}}, "data.tokens[1]"),
        ({"data": {"tokens": ["\0"]}}, "channel_data"),
    ],
)
def test_a_wrong_shape_names_its_field(http: httpx.Client, ids: Ids, body: Any, field: str) -> None:
    answer = http.put(f"/v1/users/ada/channel_data/{ids['fcm']}", json=body)
    assert refusal(answer) == (422, "invalid_params")
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert http.get("/v1/users/ada").status_code == 404


class TestInline:
    def test_a_wrong_shape_refuses_the_whole_user(self, http: httpx.Client, ids: Ids) -> None:
        answer = http.put("/v1/users/ada", json={"name": "Ada", "channel_data": {ids["fcm"]: {"tokens": [1]}}})
        assert refusal(answer) == (422, "invalid_params")
        assert answer.json()["errors"][0]["field"] == f"channel_data.{ids['fcm']}.tokens[0]"
        assert http.get("/v1/users/ada").status_code == 404

    def test_so_does_an_unknown_channel(self, http: httpx.Client, ids: Ids) -> None:
        unknown = str(uuid4())
        answer = http.put("/v1/users/ada", json={"channel_data": {unknown: {"tokens": ["t1"]}}})
        assert refusal(answer) == (422, "invalid_params")
        assert answer.json()["errors"][0]["field"] == f"channel_data.{unknown}"

    def test_in_bulk_it_is_the_failure_of_its_row(self, knock: Knock, ids: Ids) -> None:
        rows: list[Any] = [
            {"id": "ada", "channel_data": {ids["fcm"]: {"tokens": ["t1"]}}},
            {"id": "bob", "channel_data": {ids["fcm"]: {"tokens": "t1"}}},
            {"id": "cyd", "channel_data": {str(uuid4()): {"tokens": ["t1"]}}},
            {"id": "dan"},
        ]
        operation = knock.users.bulk.identify(users=rows)
        assert (operation.success_count, operation.error_count) == (2, 2)
        assert [item.id for item in operation.error_items or ()] == ["bob", "cyd"]
        assert knock.users.get_channel_data("ada", ids["fcm"]).data.to_dict()["tokens"] == ["t1"]
        assert knock.users.get("dan").id == "dan"

    def test_the_id_of_a_channel_may_be_in_capitals(self, knock: Knock, ids: Ids) -> None:
        knock.users.update("ada", channel_data={ids["fcm"].upper(): {"tokens": ["t1"]}})
        assert knock.users.get_channel_data("ada", ids["fcm"]).data.to_dict()["tokens"] == ["t1"]


def test_a_repetition_under_a_chosen_key_is_answered_as_before(http: httpx.Client, ids: Ids) -> None:
    path = f"/v1/users/ada/channel_data/{ids['fcm']}"
    key = {"idempotency-key": "once"}
    first = http.put(path, json={"data": {"tokens": ["t1"]}}, headers=key)
    http.put(path, json={"data": {"tokens": ["t2"]}})
    again = http.put(path, json={"data": {"tokens": ["t1"]}}, headers=key)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert http.get(path).json()["data"]["tokens"] == ["t2"]


class TestPublicKeys:
    """A public key may touch channel data (§1.4); where user tokens are needed, an object's only by a grant."""

    def test_while_the_mode_is_off_anyones(self, browser: httpx.Client, ids: Ids) -> None:
        for of in ("users/ada", "objects/projects/p1"):
            path = f"/v1/{of}/channel_data/{ids['fcm']}"
            assert browser.put(path, json={"data": {"tokens": ["t1"]}}).status_code == 200
            assert browser.get(path).status_code == 200
            assert browser.delete(path).status_code == 204

    def test_their_own_user(self, browser: httpx.Client, ids: Ids, signing_key: str) -> None:
        path = f"/v1/users/ada/channel_data/{ids['fcm']}"
        own, others = token(signing_key, "ada"), token(signing_key, "bob")
        assert browser.put(path, json={"data": {"tokens": ["t1"]}}, headers=own).status_code == 200
        assert refusal(browser.get(path, headers=others)) == (403, "authorization")

    @pytest.mark.parametrize(
        ("resource", "place"),
        [
            ("/v1/objects/projects/p1", "projects/p1"),
            ("/v1/objects/$tenants/acme", "$tenants/acme"),
            ("/v1/tenants/acme", "$tenants/acme"),
        ],
    )
    def test_an_object_that_was_granted(
        self, browser: httpx.Client, ids: Ids, signing_key: str, resource: str, place: str
    ) -> None:
        path = f"/v1/objects/{place}/channel_data/{ids['slack']}"
        body = {"data": {"token": {"access_token": "xoxb"}}}

        def granted(grant: str, of: str = resource) -> dict[str, str]:
            return token(signing_key, "ada", grants={f"https://api.knock.app{of}": {grant: [{}]}})

        assert refusal(browser.put(path, json=body, headers=token(signing_key, "ada"))) == (403, "authorization")
        assert refusal(browser.put(path, json=body, headers=granted("channel_data/read"))) == (403, "authorization")
        elsewhere = granted("channel_data/write", "/v1/objects/projects/p2")
        assert refusal(browser.put(path, json=body, headers=elsewhere)) == (403, "authorization")
        assert browser.put(path, json=body, headers=granted("channel_data/write")).status_code == 200
        assert browser.get(path, headers=granted("channel_data/read")).json()["data"]["connections"] == []
