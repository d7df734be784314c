"""Channel settings through the official SDK, by users themselves, and beside Knock (notiflows.md §3.1, §3.3)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import knockapi
import notiflows as sdk
import pytest
from knockapi import Knock
from notiflows import Notiflows

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.recipient import USERS, Place
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.cases import apns
from tests.channels.cases.web_push import SITE
from tests.channels.fcm_server import FCM, FcmServer, fcm_server
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import Acting
from tests.messaging.office import write_files
from tests.support.waiting import until

WEB = f"""
type: push
provider: web_push
settings: {{public_key: {SITE.public_key}, private_key: {SITE.private_key}, subject: "https://example.com"}}
"""

FILES = {
    "channels/apns.yaml": apns.FILE,
    "channels/expo.yaml": "type: push\nprovider: expo",
    "channels/web.yaml": WEB,
    "channels/slack.yaml": "type: chat\nprovider: slack",
    "channels/sms.yaml": "type: sms\nprovider: twilio\nsettings: {account_sid: AC2f, auth_token: t0ken, from: Ada}",
    "channels/email.yaml": "type: email\nprovider: outbox\nsettings:\n  from: Example <hello@example.com>",
    "channels/feed.yaml": "type: in_app_feed",
    "channels/fcm.yaml": FCM,
    "workflows/push.yaml": 'steps:\n  - {ref: push, channel: fcm, template: {title: Hello, body: "Ada"}}',
}

WITHOUT_SETTINGS = ["expo", "web", "sms", "email", "feed"]

BERLIN = {"locale": "de", "timezone": "Europe/Berlin"}
NOWHERE = {"locale": None, "timezone": None}
WEBHOOK = {"incoming_webhook": {"url": "https://hooks.example.com/1"}}

Ids = dict[str, str]


@pytest.fixture
async def fcm() -> AsyncIterator[FcmServer]:
    async with fcm_server() as fcm:
        yield fcm


@pytest.fixture
async def ids(
    fcm: FcmServer, pool: Pool, installation: Installation, environment: Environment, worker: None, tmp_path: Path
) -> Ids:
    """The channels' ids by key."""
    settings = {"FCM_ACCOUNT": fcm.service_account, "FCM_URL": fcm.url, **apns.ENVIRONMENT}
    configuration = read_configuration(write_files(tmp_path, FILES), settings)
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    return {key: str(channel.id) for key, channel in (await channels.by_key(pool, environment.id)).items()}


@pytest.fixture
def ada(knock: Knock) -> str:
    knock.users.update("ada", name="Ada")
    return "ada"


def at(ids: Ids, channel: str, user: str = "ada") -> str:
    return f"/admin/v1/users/{user}/channel-settings/{ids[channel]}"


def settings(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()["settings"]


def missing(answer: httpx.Response) -> tuple[int, str, str]:
    details = answer.json()["error"]["details"]
    return answer.status_code, details["resource"], details["id"]


def wrong(answer: httpx.Response) -> tuple[int, str, str]:
    (field,) = answer.json()["error"]["details"]["fields"]
    return answer.status_code, field["field"], field["reason"]


class TestSettings:
    @pytest.mark.parametrize("provider", ["apns", "fcm"])
    def test_of_mobile_push(self, notiflows: Notiflows, ids: Ids, ada: str, provider: str) -> None:
        stored = notiflows.users.channel_settings.update(
            ids[provider], user_external_id=ada, settings={"device_tokens": ["t2", "t1", "t2"]}
        )
        assert (stored.channel_id, stored.provider) == (ids[provider], provider)
        assert stored.settings.to_dict() == {"device_tokens": ["t2", "t1"]}
        assert stored.created_at == stored.updated_at
        assert notiflows.users.channel_settings.retrieve(ids[provider], user_external_id=ada) == stored

    @pytest.mark.parametrize(
        "given",
        [
            {"slack_user_id": "U024BE7LH"},
            {"slack_user_id": "W024BE7LH"},
            *[{"slack_channel_id": f"{initial}0123456789"} for initial in "CGD"],
            {"slack_channel_id": "C0123456789", "slack_user_id": "U0123456789"},
        ],
    )
    def test_of_slack(self, notiflows: Notiflows, ids: Ids, ada: str, given: Any) -> None:
        stored = notiflows.users.channel_settings.update(ids["slack"], user_external_id=ada, settings=given)
        assert stored.provider == "slack"
        assert stored.settings.to_dict() == {"slack_channel_id": None, "slack_user_id": None, **given}
        assert notiflows.users.channel_settings.retrieve(ids["slack"], user_external_id=ada) == stored

    async def test_the_user_is_named_by_its_internal_id(
        self, rest: httpx.Client, pool: Pool, environment: Environment, ids: Ids, ada: str
    ) -> None:
        user = await Directory(pool).read(Place(environment.id, USERS, ada))
        assert user is not None
        stored = rest.put(at(ids, "apns"), json={"settings": {"device_tokens": ["t1"]}}).json()
        assert set(stored) == {"channel_id", "provider", "settings", "user_id", "created_at", "updated_at"}
        assert stored["user_id"] == str(user.uid)
        assert stored["created_at"].endswith("Z")

    def test_are_replaced(self, rest: httpx.Client, ids: Ids, ada: str) -> None:
        first = rest.put(at(ids, "apns"), json={"settings": {"device_tokens": ["t1", "t2"]}}).json()
        again = rest.put(at(ids, "apns"), json={"settings": {"device_tokens": ["t1", "t2"]}}).json()
        assert again == first
        second = rest.put(at(ids, "apns"), json={"settings": {"device_tokens": ["t3"]}}).json()
        assert second["settings"] == {"device_tokens": ["t3"]}
        assert second["created_at"] == first["created_at"]
        assert second["updated_at"] > first["updated_at"]

    def test_are_deleted_once(self, notiflows: Notiflows, rest: httpx.Client, ids: Ids, ada: str) -> None:
        for channel in ("apns", "fcm"):
            rest.put(at(ids, channel), json={"settings": {"device_tokens": ["t1"]}})
        notiflows.users.channel_settings.delete(ids["apns"], user_external_id=ada)
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.channel_settings.retrieve(ids["apns"], user_external_id=ada)
        assert missing(rest.delete(at(ids, "apns"))) == (404, "channel_settings", ids["apns"])
        assert settings(rest.get(at(ids, "fcm"))) == {"device_tokens": ["t1"]}

    def test_a_repetition_under_a_chosen_key_is_answered_as_before(
        self, rest: httpx.Client, ids: Ids, ada: str
    ) -> None:
        body = {"settings": {"device_tokens": ["t1"]}}
        key = {"idempotency-key": "set"}
        first = rest.put(at(ids, "apns"), json=body, headers=key)
        rest.put(at(ids, "apns"), json={"settings": {"device_tokens": ["t2"]}})
        assert rest.put(at(ids, "apns"), json=body, headers=key).content == first.content
        assert settings(rest.get(at(ids, "apns"))) == {"device_tokens": ["t2"]}
        for _ in range(2):
            assert rest.delete(at(ids, "apns"), headers={"idempotency-key": "forget"}).status_code == 204


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "channel", ["385de753-4157-421c-9f8f-51bf90149b05", "bbe8aa76", "01HQXYZ123456789ABCDEFGHIJ"]
    )
    def test_an_unknown_channel(self, rest: httpx.Client, ids: Ids, ada: str, channel: str) -> None:
        path = f"/admin/v1/users/{ada}/channel-settings/{channel}"
        for answer in (rest.get(path), rest.put(path, json={"settings": {}}), rest.delete(path)):
            assert missing(answer) == (404, "channel", channel)

    def test_what_is_no_id_of_a_channel(self, rest: httpx.Client, ids: Ids, ada: str) -> None:
        answer = rest.get(f"/admin/v1/users/{ada}/channel-settings/a.b")
        assert (answer.status_code, answer.json()["error"]["details"]["reason"]) == (400, "invalid_uuid")

    def test_an_unknown_user_who_stays_unknown(self, rest: httpx.Client, knock: Knock, ids: Ids) -> None:
        path = at(ids, "apns", "nobody")
        body = {"settings": {"device_tokens": ["t1"]}}
        for answer in (rest.get(path), rest.put(path, json=body), rest.delete(path)):
            assert missing(answer) == (404, "user", "nobody")
        assert list(knock.users.list()) == []

    def test_settings_that_are_not_there(self, rest: httpx.Client, ids: Ids, ada: str) -> None:
        for answer in (rest.get(at(ids, "apns")), rest.delete(at(ids, "apns"))):
            assert missing(answer) == (404, "channel_settings", ids["apns"])

    @pytest.mark.parametrize("channel", WITHOUT_SETTINGS)
    def test_a_channel_that_has_none(self, rest: httpx.Client, ids: Ids, ada: str, channel: str) -> None:
        answer = rest.put(at(ids, channel), json={"settings": {"device_tokens": ["t1"]}})
        assert wrong(answer) == (422, "settings", "unknown")
        for answer in (rest.get(at(ids, channel)), rest.delete(at(ids, channel))):
            assert missing(answer) == (404, "channel_settings", ids[channel])

    @pytest.mark.parametrize("body", [b"{", b"\xff"])
    def test_what_is_no_json(self, rest: httpx.Client, ids: Ids, ada: str, body: bytes) -> None:
        answer = rest.put(at(ids, "apns"), content=body)
        assert (answer.status_code, answer.json()["error"]["details"]["reason"]) == (400, "invalid_json")

    @pytest.mark.parametrize(
        ("channel", "body", "field", "reason"),
        [
            ("apns", {}, "settings", "required"),
            ("apns", {"settings": None}, "settings", "required"),
            ("apns", {"settings": []}, "settings", "invalid_type"),
            ("apns", {"settings": {}}, "settings.device_tokens", "required"),
            ("apns", {"settings": {"device_tokens": None}}, "settings.device_tokens", "required"),
            ("apns", {"settings": {"device_tokens": []}}, "settings.device_tokens", "required"),
            ("apns", {"settings": {"slack_user_id": "U1"}}, "settings.device_tokens", "required"),
            ("apns", {"settings": {"device_tokens": "t1"}}, "settings.device_tokens", "invalid_type"),
            ("apns", {"settings": {"device_tokens": ["t1", 2]}}, "settings.device_tokens.1", "invalid_type"),
            ("apns", {"settings": {"device_tokens": ["t1", " "]}}, "settings.device_tokens.1", "required"),
            ("apns", {"settings": {"device_tokens": ["t\0"]}}, "settings.device_tokens.0", "invalid_format"),
            ("apns", {"settings": {"device_tokens": ["t" * 4097]}}, "settings.device_tokens.0", "too_long"),
            (
                "fcm",
                {"settings": {"device_tokens": [str(n) for n in range(101)]}},
                "settings.device_tokens",
                "too_long",
            ),
            ("slack", {"settings": {}}, "settings.slack_channel_id", "required"),
            ("slack", {"settings": {"device_tokens": ["t1"]}}, "settings.slack_channel_id", "required"),
            (
                "slack",
                {"settings": {"slack_channel_id": None, "slack_user_id": None}},
                "settings.slack_channel_id",
                "required",
            ),
            ("slack", {"settings": {"slack_channel_id": 7}}, "settings.slack_channel_id", "invalid_type"),
            ("slack", {"settings": {"slack_channel_id": "U1"}}, "settings.slack_channel_id", "invalid_format"),
            ("slack", {"settings": {"slack_channel_id": "#general"}}, "settings.slack_channel_id", "invalid_format"),
            ("slack", {"settings": {"slack_user_id": "C1"}}, "settings.slack_user_id", "invalid_format"),
            ("slack", {"settings": {"slack_channel_id": "C1", "slack_user_id": "x"}}, "settings.slack_user_id", None),
        ],
    )
    def test_a_wrong_shape(
        self, rest: httpx.Client, ids: Ids, ada: str, channel: str, body: Any, field: str, reason: str | None
    ) -> None:
        assert wrong(rest.put(at(ids, channel), json=body)) == (422, field, reason or "invalid_format")
        assert rest.get(at(ids, channel)).status_code == 404

    def test_the_sdk_says_so_too(self, notiflows: Notiflows, ids: Ids, ada: str) -> None:
        with pytest.raises(sdk.UnprocessableEntityError):
            notiflows.users.channel_settings.update(ids["apns"], user_external_id=ada, settings={"device_tokens": []})

    def test_the_most_that_is_taken(self, rest: httpx.Client, ids: Ids, ada: str) -> None:
        tokens = [f"{n:04096}" for n in range(100)]
        body = {"settings": {"device_tokens": [*tokens, tokens[0]]}}
        assert settings(rest.put(at(ids, "apns"), json=body)) == {"device_tokens": tokens}


class TestInline:
    """Settings that a user is given with."""

    @pytest.mark.parametrize(
        ("entries", "field", "reason"),
        [
            ({}, "channel_settings", "invalid_type"),
            ([{"channel_id": "apns"}] * 101, "channel_settings", "too_long"),
            (["apns"], "channel_settings.0", "invalid_type"),
            ([{"settings": {}}], "channel_settings.0.channel_id", "required"),
            ([{"channel_id": 7}], "channel_settings.0.channel_id", "invalid_type"),
            ([{"channel_id": "nowhere"}], "channel_settings.0.channel_id", "not_found"),
            ([{"channel_id": "apns"}], "channel_settings.0.settings", "required"),
            ([{"channel_id": "sms", "settings": {}}], "channel_settings.0.settings", "unknown"),
            (
                [
                    {"channel_id": "slack", "settings": {"slack_user_id": "U1"}},
                    {"channel_id": "apns", "settings": {"device_tokens": ["t", 1]}},
                ],
                "channel_settings.1.settings.device_tokens.1",
                "invalid_type",
            ),
        ],
    )
    def test_one_that_is_wrong_refuses_the_user(
        self, rest: httpx.Client, ids: Ids, entries: Any, field: str, reason: str
    ) -> None:
        """Channels are given by key here."""
        body = json.dumps({"channel_settings": entries})
        for key, id in ids.items():
            body = body.replace(f'"{key}"', f'"{id}"')
        answer = rest.put("/admin/v1/users/ada", content=body)
        assert wrong(answer) == (422, field, reason)
        assert rest.get("/admin/v1/users/ada").status_code == 404

    def test_of_two_for_a_channel_the_last_counts(self, rest: httpx.Client, ids: Ids) -> None:
        entries = [{"channel_id": ids["apns"].upper(), "settings": {"device_tokens": [token]}} for token in "ab"]
        assert rest.put("/admin/v1/users/ada", json={"channel_settings": entries}).status_code == 201
        assert settings(rest.get(at(ids, "apns"))) == {"device_tokens": ["b"]}
        assert rest.put("/admin/v1/users/ada", json={"channel_settings": None}).status_code == 200
        assert settings(rest.get(at(ids, "apns"))) == {"device_tokens": ["b"]}


class TestByUsersThemselves:
    """C6 to C8: the same settings, of the one who calls."""

    def test_they_read_and_write_their_own(
        self, acting: Acting, rest: httpx.Client, knock: Knock, ids: Ids, ada: str
    ) -> None:
        knock.users.update("bob", name="Bob")
        own = f"/user/v1/channels/{ids['apns']}/settings"
        body = {"settings": {"device_tokens": ["t1"]}}
        stored = acting(ada).put(own, json=body)
        assert (stored.status_code, stored.json()["provider"]) == (200, "apns")
        assert acting(ada).get(own).json() == stored.json() == rest.get(at(ids, "apns")).json()
        assert missing(acting("bob").get(own)) == (404, "channel_settings", ids["apns"])
        assert missing(acting("bob").delete(own)) == (404, "channel_settings", ids["apns"])
        assert acting(ada).delete(own).status_code == 204
        assert missing(acting(ada).get(own)) == (404, "channel_settings", ids["apns"])

    def test_what_is_refused(self, acting: Acting, ids: Ids, ada: str) -> None:
        client, own = acting(ada), f"/user/v1/channels/{ids['slack']}/settings"
        assert wrong(client.put(own, json={})) == (422, "settings", "required")
        assert wrong(client.put(own, json={"settings": {}})) == (422, "settings.slack_channel_id", "required")
        unknown = str(uuid4())
        assert missing(client.get(f"/user/v1/channels/{unknown}/settings")) == (404, "channel", unknown)


class TestBesideKnock:
    """What one dialect writes, the other reads; what Notiflows has no word for stays."""

    def test_devices(self, rest: httpx.Client, knock: Knock, ids: Ids, ada: str) -> None:
        devices: Any = [{"token": "t1", **BERLIN}, {"token": "t2", **BERLIN}]
        knock.users.set_channel_data(ada, ids["apns"], data={"devices": devices})
        assert settings(rest.get(at(ids, "apns"))) == {"device_tokens": ["t1", "t2"]}
        rest.put(at(ids, "apns"), json={"settings": {"device_tokens": ["t3", "t2"]}})
        assert knock.users.get_channel_data(ada, ids["apns"]).data.to_dict() == {
            "tokens": ["t3", "t2"],
            "devices": [{"token": "t3", **NOWHERE}, {"token": "t2", **BERLIN}],
        }
        rest.delete(at(ids, "apns"))
        with pytest.raises(knockapi.NotFoundError):
            knock.users.get_channel_data(ada, ids["apns"])

    @pytest.mark.parametrize(
        ("stored", "shown"),
        [
            ([{"channel_id": "C1", "access_token": "xoxb"}], ("C1", None)),
            ([WEBHOOK, {"user_id": "U1"}, {"channel_id": "C1"}, {"channel_id": "C2"}], ("C1", "U1")),
            ([{"channel_id": "C1", "user_id": "U1"}], ("C1", "U1")),
            ([{"channel_id": "C9", "knock_tenant_id": "acme"}, {"channel_id": "C1"}], ("C1", None)),
        ],
    )
    def test_connections_as_they_are_shown(
        self, rest: httpx.Client, knock: Knock, ids: Ids, ada: str, stored: Any, shown: tuple[str | None, str | None]
    ) -> None:
        knock.users.set_channel_data(ada, ids["slack"], data={"connections": stored})
        channel_id, user_id = shown
        expected = {"slack_channel_id": channel_id, "slack_user_id": user_id}
        assert settings(rest.get(at(ids, "slack"))) == expected

    @pytest.mark.parametrize(
        ("stored", "given", "made"),
        [
            # Who stays keeps its connection, who is new gets the workspace's token.
            (
                [{"channel_id": "C1", "channel_name": "one", "access_token": "xoxb"}],
                {"slack_channel_id": "C1"},
                [{"channel_id": "C1", "channel_name": "one", "access_token": "xoxb"}],
            ),
            (
                [{"channel_id": "C1", "channel_name": "one", "access_token": "xoxb"}],
                {"slack_channel_id": "C2", "slack_user_id": "U2"},
                [{"channel_id": "C2", "access_token": "xoxb"}, {"user_id": "U2", "access_token": "xoxb"}],
            ),
            ([{"channel_id": "C1"}, {"channel_id": "C2"}], {"slack_channel_id": "C2"}, [{"channel_id": "C2"}]),
            # One connection to both stays one, or becomes one to who is left.
            (
                [{"channel_id": "C1", "user_id": "U1"}],
                {"slack_channel_id": "C1", "slack_user_id": "U1"},
                [{"channel_id": "C1", "user_id": "U1"}],
            ),
            ([{"channel_id": "C1", "user_id": "U1"}], {"slack_user_id": "U1"}, [{"user_id": "U1"}]),
            # Webhooks, and what is a tenant's, stay.
            (
                [WEBHOOK, {"channel_id": "C9", "knock_tenant_id": "acme"}, {"channel_id": "C1"}],
                {"slack_user_id": "U1"},
                [{"user_id": "U1"}, WEBHOOK, {"channel_id": "C9", "knock_tenant_id": "acme"}],
            ),
        ],
    )
    def test_connections_as_they_are_replaced(
        self, rest: httpx.Client, knock: Knock, ids: Ids, ada: str, stored: Any, given: Any, made: Any
    ) -> None:
        data: Any = {"connections": stored, "token": {"access_token": "xoxp"}}
        knock.users.set_channel_data(ada, ids["slack"], data=data)
        shown = settings(rest.put(at(ids, "slack"), json={"settings": given}))
        assert {name: value for name, value in shown.items() if value} == given
        found: Any = knock.users.get_channel_data(ada, ids["slack"]).data.to_dict()
        assert found == {"connections": made, "token": {"access_token": "xoxp"}}

    def test_what_notiflows_cannot_see_it_does_not_take_away(
        self, rest: httpx.Client, knock: Knock, ids: Ids, ada: str
    ) -> None:
        webhooks: Any = {"connections": [WEBHOOK]}
        knock.users.set_channel_data(ada, ids["slack"], data=webhooks)
        knock.users.set_channel_data(ada, ids["expo"], data={"tokens": ["t1"]})
        for channel in ("slack", "expo"):
            assert missing(rest.get(at(ids, channel))) == (404, "channel_settings", ids[channel])
            assert missing(rest.delete(at(ids, channel))) == (404, "channel_settings", ids[channel])
        assert knock.users.get_channel_data(ada, ids["slack"]).data.to_dict() == webhooks
        assert knock.users.get_channel_data(ada, ids["expo"]).data.to_dict()["tokens"] == ["t1"]

    async def test_both_are_sent_to(self, rest: httpx.Client, knock: Knock, fcm: FcmServer, ids: Ids, ada: str) -> None:
        knock.users.update("bob", name="Bob")
        knock.users.set_channel_data("bob", ids["fcm"], data={"tokens": ["from-knock"]})
        rest.put(at(ids, "fcm"), json={"settings": {"device_tokens": ["from-notiflows"]}})
        knock.workflows.trigger("push", recipients=["ada", "bob"])

        async def both_are_there() -> bool:
            return sorted(fcm.devices) == ["from-knock", "from-notiflows"]

        await until(both_are_there)
