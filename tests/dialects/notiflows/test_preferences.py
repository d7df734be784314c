"""Preferences through the official SDK, strict, by users themselves, and beside Knock (notiflows.md §2, §3.1, §5.5)."""

from __future__ import annotations

from itertools import product
from typing import Any
from uuid import UUID

import httpx
import notiflows as sdk
import pytest
from knockapi import Knock
from notiflows import Notiflows

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.messaging.recipients.identifiers import workflow_id
from addressee.preferences.defaults import store_default
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import Acting
from tests.dialects.notiflows.test_channel_settings import missing, wrong
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("pushed")

TYPES = ("email", "sms", "in_app", "mobile_push", "web_push", "chat")
ALL = dict.fromkeys(TYPES, True)

PATH = "/admin/v1/users/ada/preferences"

# The workflow that users are asked about.
ORDERS = {"order-updates": {"name": "Order updates", "enabled": True, "channel_types": {}}}

IF_PRO = {"conditions": [{"variable": "recipient.plan", "operator": "equal_to", "argument": "pro"}]}


def quiet(enabled: bool = True, **types: bool) -> dict[str, Any]:
    return {"quiet": {"name": "Quiet", "enabled": enabled, "channel_types": types}}


@pytest.fixture
def ada(knock: Knock) -> str:
    knock.users.update("ada", name="Ada")
    return "ada"


def put(rest: httpx.Client, **body: Any) -> Any:
    answer = rest.put(PATH, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def types(rest: httpx.Client) -> dict[str, bool]:
    found: dict[str, bool] = rest.get(PATH).json()["channel_types"]
    return found


def notiflows_of(rest: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = rest.get(PATH).json()["notiflows"]
    return found


class TestThroughTheSdk:
    def test_everything_is_wanted_by_default(self, notiflows: Notiflows, ada: str) -> None:
        found = notiflows.users.preferences.retrieve(ada)
        assert found.to_dict() == {"channel_types": ALL, "notiflows": ORDERS}

    def test_quiet_hours_pass_through_it(self, notiflows: Notiflows, ada: str) -> None:
        night = {"windows": [{"from": "22:00", "until": "07:00"}]}
        set_so = notiflows.users.preferences.update(ada, extra_body={"quiet_hours": night})
        assert set_so.to_dict() == {"channel_types": ALL, "notiflows": ORDERS, "quiet_hours": night}
        assert notiflows.users.preferences.retrieve(ada) == set_so

    def test_what_is_chosen_is_merged_key_by_key(self, notiflows: Notiflows, ada: str) -> None:
        first = notiflows.users.preferences.update(
            ada, channel_types={"email": False, "sms": False}, notiflows={"quiet": {"channel_types": {"sms": True}}}
        )
        assert first.to_dict() == {
            "channel_types": {**ALL, "email": False, "sms": False},
            "notiflows": {**ORDERS, **quiet(sms=True)},
        }
        second = notiflows.users.preferences.update(
            ada, channel_types={"sms": True}, notiflows={"quiet": {"enabled": False}}
        )
        assert second.to_dict() == {
            "channel_types": {**ALL, "email": False},
            "notiflows": {**ORDERS, **quiet(False, sms=True)},
        }
        assert notiflows.users.preferences.retrieve(ada) == second
        assert notiflows.users.preferences.update(ada) == second

    def test_an_unknown_notiflow_is_stored_and_returned(self, notiflows: Notiflows, ada: str) -> None:
        found = notiflows.users.preferences.update(ada, notiflows={"unheard-of": {"channel_types": {"chat": False}}})
        assert found.to_dict()["notiflows"] == {
            **ORDERS,
            "unheard-of": {"name": None, "enabled": True, "channel_types": {"chat": False}},
        }

    def test_what_was_read_can_be_written_again(self, notiflows: Notiflows, rest: httpx.Client, ada: str) -> None:
        before = put(rest, channel_types={"email": False}, notiflows={"quiet": {"channel_types": {"chat": False}}})
        assert put(rest, **before) == before


class TestReset:
    def test_a_type(self, rest: httpx.Client, ada: str) -> None:
        put(rest, channel_types=dict.fromkeys(TYPES, False))
        assert put(rest, channel_types={"email": None, "mobile_push": None, "chat": None})["channel_types"] == {
            **dict.fromkeys(TYPES, False),
            "email": True,
            "mobile_push": True,
            "chat": True,
        }

    def test_parts_of_a_notiflow(self, rest: httpx.Client, ada: str) -> None:
        put(rest, notiflows={"quiet": {"enabled": False, "channel_types": {"email": False, "chat": False}}})
        one = put(rest, notiflows={"quiet": {"channel_types": {"chat": None}}})
        assert one["notiflows"] == {**ORDERS, **quiet(False, email=False)}
        other = put(rest, notiflows={"quiet": {"enabled": None}})
        assert other["notiflows"] == {**ORDERS, **quiet(email=False)}
        assert put(rest, notiflows={"quiet": {"channel_types": {"email": None}}})["notiflows"] == ORDERS

    def test_a_whole_notiflow(self, rest: httpx.Client, ada: str) -> None:
        put(rest, notiflows={"quiet": {"enabled": False, "channel_types": {"email": False}}})
        assert put(rest, notiflows={"quiet": None})["notiflows"] == ORDERS

    def test_nothing_is_said_by_null_where_a_map_may_stand(self, rest: httpx.Client, ada: str) -> None:
        before = put(rest, channel_types={"email": False}, notiflows={"quiet": {"channel_types": {"chat": False}}})
        assert put(rest, channel_types=None, notiflows=None) == before
        assert put(rest, notiflows={"quiet": {"channel_types": None}}) == before


class TestOlderClients:
    async def test_name_a_notiflow_by_its_id(
        self, rest: httpx.Client, pool: Pool, environment: Environment, ada: str
    ) -> None:
        id = str(workflow_id((await Environments(pool).named(environment.name)).uid, "quiet"))
        for spelled in (id, id.upper()):
            assert put(rest, notiflows={spelled: {"enabled": False}})["notiflows"] == {**ORDERS, **quiet(False)}
            assert put(rest, notiflows={spelled: None})["notiflows"] == ORDERS

    @pytest.mark.parametrize("path", ["/api/admin/v1/users/ada/preferences", "/admin/users/ada/preferences"])
    def test_use_other_paths(self, rest: httpx.Client, ada: str, path: str) -> None:
        assert rest.put(path, json={"channel_types": {"sms": False}}).json()["channel_types"]["sms"] is False


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("body", "field", "reason"),
        [
            ({"channel_types": {"fax": True}}, "channel_types.fax", "unknown"),
            ({"channel_types": {"in_app_feed": True}}, "channel_types.in_app_feed", "unknown"),
            ({"channel_types": {"email": "yes"}}, "channel_types.email", "invalid_type"),
            ({"channel_types": {"email": 1}}, "channel_types.email", "invalid_type"),
            ({"channel_types": {"email": {"conditions": []}}}, "channel_types.email", "invalid_type"),
            ({"channel_types": ["email"]}, "channel_types", "invalid_type"),
            ({"notiflows": []}, "notiflows", "invalid_type"),
            ({"notiflows": {"quiet": True}}, "notiflows.quiet", "invalid_type"),
            ({"notiflows": {"quiet": {"enabled": "no"}}}, "notiflows.quiet.enabled", "invalid_type"),
            (
                {"notiflows": {"quiet": {"channel_types": {"fax": True}}}},
                "notiflows.quiet.channel_types.fax",
                "unknown",
            ),
            ({"notiflows": {"": {"enabled": True}}}, "notiflows", "invalid_format"),
            ({"notiflows": {"x" * 257: {"enabled": True}}}, "notiflows", "invalid_format"),
            ({"notiflows": {str(n): {"enabled": True} for n in range(1001)}}, "notiflows", "too_long"),
        ],
    )
    def test_a_wrong_shape(self, rest: httpx.Client, ada: str, body: Any, field: str, reason: str) -> None:
        answer = rest.put(PATH, json={"channel_types": {"sms": False}, **body})
        assert wrong(answer) == (422, field, reason)
        assert types(rest) == ALL

    def test_an_unknown_user_who_stays_unknown(self, notiflows: Notiflows, rest: httpx.Client, knock: Knock) -> None:
        for answer in (rest.get(PATH), rest.put(PATH, json={"channel_types": {"sms": False}})):
            assert missing(answer) == (404, "user", "ada")
        assert list(knock.users.list()) == []
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.preferences.retrieve("ada")

    def test_a_repetition_under_a_chosen_key_is_answered_as_before(self, rest: httpx.Client, ada: str) -> None:
        key = {"idempotency-key": "once"}
        first = rest.put(PATH, json={"channel_types": {"sms": False}}, headers=key)
        put(rest, channel_types={"sms": True})
        assert rest.put(PATH, json={"channel_types": {"sms": False}}, headers=key).content == first.content
        assert types(rest) == ALL


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ([], "preferences", "invalid_type"),
        ({"channel_types": {"fax": True}}, "preferences.channel_types.fax", "unknown"),
        ({"notiflows": {"quiet": {"enabled": 1}}}, "preferences.notiflows.quiet.enabled", "invalid_type"),
    ],
)
def test_wrong_ones_refuse_the_user_who_is_given_with_them(
    rest: httpx.Client, given: Any, field: str, reason: str
) -> None:
    assert wrong(rest.put("/admin/v1/users/ada", json={"preferences": given})) == (422, field, reason)
    assert rest.get("/admin/v1/users/ada").status_code == 404


def test_users_read_and_write_their_own(acting: Acting, rest: httpx.Client, knock: Knock, ada: str) -> None:
    knock.users.update("bob", name="Bob")
    own = acting(ada)
    stored = own.put("/user/v1/preferences", json={"channel_types": {"sms": False}})
    assert (stored.status_code, stored.json()) == (200, {"channel_types": {**ALL, "sms": False}, "notiflows": ORDERS})
    assert own.get("/user/v1/preferences").json() == stored.json() == rest.get(PATH).json()
    assert acting("bob").get("/user/v1/preferences").json()["channel_types"] == ALL
    assert wrong(own.put("/user/v1/preferences", json={"channel_types": {"fax": True}})) == (
        422,
        "channel_types.fax",
        "unknown",
    )


class TestTheEnvironmentsDefaults:
    async def test_hold_where_nothing_is_chosen(
        self, rest: httpx.Client, pool: Pool, environment: Environment, ada: str
    ) -> None:
        default = {"kinds": {"sms": False, "push": False}, "workflows": {"quiet": False}}
        async with pool.acquire() as connection:
            await store_default(connection, environment.id, default)
        assert rest.get(PATH).json() == {
            "channel_types": {**ALL, "sms": False, "mobile_push": False, "web_push": False},
            "notiflows": {**ORDERS, **quiet(False)},
        }
        chosen = put(rest, channel_types={"sms": True, "mobile_push": True}, notiflows={"quiet": {"enabled": True}})
        assert chosen == {"channel_types": {**ALL, "web_push": False}, "notiflows": {**ORDERS, **quiet()}}
        put(rest, channel_types={"sms": None, "mobile_push": None}, notiflows={"quiet": None})
        assert rest.get(PATH).json()["notiflows"] == {**ORDERS, **quiet(False)}
        assert types(rest) == {**ALL, "sms": False, "mobile_push": False, "web_push": False}


def knock_types(knock: Knock) -> Any:
    found = knock.users.get_preferences("ada", "default").to_dict()
    return found["channel_types"]


class TestBesideKnock:
    """What one dialect writes, the other reads; what Notiflows has no word for stays."""

    @pytest.mark.parametrize(
        ("given", "refused"),
        [
            ({"email": False}, {"email"}),
            ({"in_app_feed": False}, {"in_app"}),
            ({"push": False}, {"mobile_push", "web_push"}),
            ({"chat": False}, set()),
            ({"http": False}, set()),
            ({"chat": False, "http": False}, {"chat"}),
            ({"sms": IF_PRO, "push": IF_PRO}, set()),
        ],
    )
    def test_types_that_knock_refuses(
        self, rest: httpx.Client, knock: Knock, ada: str, given: Any, refused: set[str]
    ) -> None:
        knock.users.set_preferences(ada, "default", channel_types=given)
        assert {type for type, wanted in types(rest).items() if not wanted} == refused

    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ({"email": False, "in_app": False}, {"email": False, "in_app_feed": False}),
            ({"chat": False}, {"chat": False, "http": False}),
            ({"mobile_push": False}, {}),
            ({"mobile_push": False, "web_push": False}, {"push": False}),
        ],
    )
    def test_types_that_notiflows_refuses(
        self, rest: httpx.Client, knock: Knock, ada: str, given: Any, shown: Any
    ) -> None:
        put(rest, channel_types=given)
        assert {name: setting for name, setting in knock_types(knock).items() if setting is not None} == shown

    def test_a_part_of_a_group_is_wanted_again(self, rest: httpx.Client, knock: Knock, ada: str) -> None:
        knock.users.set_preferences(ada, "default", channel_types={"push": False})
        put(rest, channel_types={"mobile_push": True})
        assert types(rest) == {**ALL, "web_push": False}
        put(rest, channel_types={"mobile_push": None})
        assert types(rest) == {**ALL, "web_push": False}

    def test_a_plain_no_becomes_one_with_parts(self, rest: httpx.Client, knock: Knock, ada: str) -> None:
        knock.users.set_preferences(ada, "default", workflows={"quiet": False, "later": True})
        later = {"later": {"name": "Later", "enabled": True, "channel_types": {}}}
        assert notiflows_of(rest) == {**ORDERS, **quiet(False), **later}
        put(rest, notiflows={"quiet": {"channel_types": {"email": False}}})
        assert notiflows_of(rest) == {**ORDERS, **quiet(False, email=False), **later}
        assert knock.users.get_preferences(ada, "default").to_dict()["workflows"] == {"quiet": False, "later": True}
        put(rest, notiflows={"quiet": {"enabled": True}})
        shown: Any = knock.users.get_preferences(ada, "default").to_dict()["workflows"]
        assert shown["quiet"] == {"channel_types": {"email": False}}

    def test_what_notiflows_has_no_word_for_stays(
        self, rest: httpx.Client, knock: Knock, ada: str, pushed: dict[str, UUID]
    ) -> None:
        given: Any = {
            "categories": {"news": {"channel_types": {"email": False}}},
            "channels": {str(pushed["email"]): False},
            "channel_types": {"sms": IF_PRO, "email": IF_PRO},
            "workflows": {"quiet": {"conditions": IF_PRO["conditions"], "channel_types": {"sms": IF_PRO}}},
            "commercial_subscribed": False,
        }
        knock.users.set_preferences(ada, "default", **given)
        screen = rest.get(PATH).json()
        assert put(rest, **screen) == screen
        put(rest, channel_types={"email": False}, notiflows={"quiet": {"enabled": False}})
        put(rest, notiflows={"quiet": {"enabled": True}})
        found: Any = knock.users.get_preferences(ada, "default").to_dict()
        assert {name: found[name] for name in ("categories", "channels", "commercial_subscribed")} == {
            name: given[name] for name in ("categories", "channels", "commercial_subscribed")
        }
        assert (found["channel_types"]["sms"], found["channel_types"]["email"]) == (IF_PRO, False)
        assert found["workflows"]["quiet"] == given["workflows"]["quiet"]
        put(rest, notiflows={"quiet": None})
        reset: Any = knock.users.get_preferences(ada, "default").to_dict()
        assert reset["workflows"]["quiet"] == {"conditions": IF_PRO["conditions"]}


CASES = list(product((None, True, False), repeat=3))


async def test_the_most_specific_wins(rest: httpx.Client, knock: Knock, pool: Pool, environment: Environment) -> None:
    """send = enabled AND (the notiflow's type if it is set, else the global one if it is set, else true)."""
    await Environments(pool).change(environment.name, {"preference_rule": "most_specific"})
    wanted = set()
    for number, (enabled, of_notiflow, of_all) in enumerate(CASES):
        user = f"user-{number}"
        knock.users.update(user, name=user)
        notiflow = {"enabled": enabled, "channel_types": {"in_app": of_notiflow}}
        body = {"channel_types": {"in_app": of_all}, "notiflows": {"quiet": notiflow}}
        assert rest.put(f"/admin/v1/users/{user}/preferences", json=body).status_code == 200
        of_type = next((each for each in (of_notiflow, of_all) if each is not None), True)
        if enabled is not False and of_type:
            wanted.add(user)
    knock.workflows.trigger("quiet", recipients=[f"user-{number}" for number in range(len(CASES))], data={"n": 1})
    eventually(lambda: told(knock) >= wanted)
    knock.workflows.trigger("quiet", recipients=[f"user-{number}" for number in range(len(CASES))], data={"n": 2})
    eventually(lambda: len(list(knock.messages.list())) >= 2 * len(wanted))
    assert told(knock) == wanted
    assert 0 < len(wanted) < len(CASES)


def told(knock: Knock) -> set[object]:
    return {message.recipient for message in knock.messages.list()}
