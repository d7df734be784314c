"""Queries that cannot be read, and values that a parameter does not take, on every route.

Where that does not hold, a table says so, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import pytest

from addressee.database.paging import write_cursor
from tests.support.populated import PopulatedEnvironment
from tests.support.raw_http import Connection
from tests.support.refusals import SPOKEN_KNOCK, SPOKEN_SUPRSEND, USER, Refusal
from tests.support.routes import Route, each

each_with_query = each(lambda route: route.query)
each_with_pages = each(lambda route: "after" in route.query)

# What each query parameter does not take; None: it takes any text.
KNOCK_NONSENSE: Mapping[str, list[str] | None] = {
    "after": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "before": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "page_size": ["abc", "", "1.5", "1e3", "9" * 30],
    "order": ["", "sideways"],
    "user_shape": ["round"],
    "status": ["", "lost"],
    "status[]": ["", "lost"],
    "archived": ["yes"],
    "mode": ["poor"],
    "engagement_status[]": ["bored"],
    "has_tenant": ["maybe", "1"],
    "channel_id": ["in-app", "182bd5e5"],
    "workflow_run_id": ["in-app"],
    "workflow_recipient_run_id": ["in-app"],
    "trigger_data": [
        "x",
        "[]",
        "5",
        "null",
        '{"a": {}}',
        '{"a": 1e400}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        f'{{"a": {2**70}}}',
        "[" * 5000,
    ],
    "inserted_at.gt": ["yesterday", "2025-13-01", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00"],
    "inserted_at.gte": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
    "inserted_at.lt": ["yesterday", "0001-01-01T00:00:00+14:00"],
    "inserted_at.lte": ["yesterday", "9999-12-31T23:59:59.999999Z"],
    "message_ids[]": None,
    "include[]": None,
    "name": None,
    "tenant_id": ["", "x" * 257],
    "tenant_ids[]": None,
    "resolve_full_preference_settings": ["maybe"],
    "objects[]": ["", "x" * 257],
    "tenant": None,
    "source": None,
    "workflow": None,
    "create_audience": ["maybe", "1"],
    "has_errors": ["maybe", "1"],
    "recipient": ["x" * 257],
    "recipients[]": ["x" * 257],
    "schedule_ids[]": None,
    "starting_at": ["yesterday", "9999-12-31T23:59:59.999999Z"],
    "ending_at": ["yesterday", "0001-01-01T00:00:00+14:00"],
    "workflow_categories[]": None,
    "exclude": None,
    "locale": None,
    "data": None,
    "type": None,
    "force_all_guides": None,
    "access_token_object": ["", "x", "[]", "5", "{}", '{"object_id": 5}'],
    "ms_teams_tenant_object": ["", "x", "[]", "5", "{}", '{"object_id": 5}'],
    "query_options.limit": ["abc", "1.5", "1e3", "9" * 30],
    "query_options.$top": ["abc", "1.5", "1e3", "9" * 30],
    "query_options.exclude_archived": ["maybe", "1"],
    **dict.fromkeys((f"query_options.{name}" for name in ("cursor", "types", "team_id", "$filter", "$select")), None),
    "query_options.$skiptoken": None,
    "team_id": ["", "x" * 257],
}

NATIVE_NONSENSE: Mapping[str, list[str] | None] = {
    "after": KNOCK_NONSENSE["after"],
    "kind": ["pigeon"],
    "status": ["lost"],
    "type": ["message.lost"],
    "recipient": ["..", "x" * 257],
    "reason": ["lost"],
    "address": None,
    "at": ["yesterday", "2025-13-01", "9999-12-31T23:59:59-14:00"],
    "q": ["x" * 257],
    "collection": None,
    "limit": ["abc", "1.5", "1e3", "9" * 30],
    "tenant": ["..", "x" * 257],
    "has_tenant": ["maybe", "1"],
    "archived": ["yes"],
    "last_event_id": KNOCK_NONSENSE["after"],
    "api_key": None,
    "user_token": None,
}

# An empty value is none here.
SUPRSEND_NONSENSE: Mapping[str, list[str] | None] = {
    "after": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "before": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "limit": ["abc", "1.5", "1e3", "9" * 30, "١"],
    "offset": ["abc", "1.5", "1e3", "9" * 30],
    "tenant_id": ["a b", "é", "x" * 65],
    "show_opt_out_channels": ["maybe", "1"],
    "include_disabled": ["maybe", "1"],
    "tags": ["{", "{}", '{"or": 5}', '{"a": "b"}', '{"exists": 1}', '{"not": ' * 1000],
    "locale": None,
    "message_id": None,
    "idempotency_key": None,
    "recipient_id[]": ["", "..", "x" * 256],
    "object_type": None,  # wrong without an object_id
    "object_id": ["lisbon"],
    "workflow_slug": None,
    "execution_id": ["in-app", "182bd5e5"],
    "channel": ["pigeon"],
    "status[]": ["", "lost"],
    "category[]": None,
    "is_campaign": ["maybe", "1"],
    "created_at_gte": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
    "created_at_lte": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
    "distinct_id": ["", "..", "x" * 256],
    "page_size": ["abc", "1.5", "1e3", "9" * 30],
    "store": ["{", "[]", "{}", '{"store_id": 5}', '{"store_id": "a", "query": {"read": "yes"}}', "[" * 10_000],
    "stores": ["{", "{}", "[{}]", '[{"store_id": "badge"}]', '[{"store_id": "a", "query": {"tags": ["b"]}}]'],
    "search_after": ["{", "{}", "[1]", "[false]", '[false, "1"]', f"[false, {10**30}]", f"[false, {10**17}]"],
}

# An empty value is none here either.
NOTIFLOWS_NONSENSE: Mapping[str, list[str] | None] = {
    "after": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "before": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "limit": ["abc", "1.5", "1e3", "9" * 30, "١"],
    "created_after": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
    "created_before": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
    "status": ["lost"],
    "channel_id": ["a b", "x" * 65],
    "notiflow_run_id": ["a b", "x" * 65],
    "topic": None,
    "external_id_prefix": None,
    "purge": ["maybe", "1"],
    "archived": ["maybe", "1"],
    "expand": ["lost"],
}

MANAGEMENT_NONSENSE: Mapping[str, list[str] | None] = {
    "after": KNOCK_NONSENSE["after"],
    "before": KNOCK_NONSENSE["before"],
    "limit": ["abc", "1.5", "1e3", "9" * 30, "١"],
    "environment": ["lost", "x" * 257],
    "branch": ["mine"],
    "annotate": ["maybe", "1"],
    "hide_uncommitted_changes": ["maybe", "1"],
    "commit": ["maybe", "1"],
    "commit_message": None,
    "promoted": ["maybe", "1"],
    "resource_type": ["pigeon"],
    "resource_type[]": ["pigeon", ""],
    "resource_id": None,
    "status": ["maybe", "1"],
    "to_environment": ["", "lost"],
    "format": ["yaml"],
    "locale_code": None,
    "namespace": None,
}

NONSENSE = {
    "knock": KNOCK_NONSENSE,
    "native": NATIVE_NONSENSE,
    "suprsend": SUPRSEND_NONSENSE,
    "notiflows": NOTIFLOWS_NONSENSE,
    "management": MANAGEMENT_NONSENSE,
}

UNREADABLE_QUERIES = {
    "no UTF-8": "%ff=1",
    "a surrogate": "a=%ED%A0%80",
    "NUL": "tenant=%00",
    "NUL in a name": "%00=1",
    "6,000 parameters": "&".join(f"a{number}=1" for number in range(6000)),
}


# Cursors that look like ours, and are positions of no list.
FORGED = {
    "NUL": write_cursor("\0"),
    "NUL in a position": write_cursor(("2025-01-02T03:04:05Z", "\0")),
    "a time without a zone": write_cursor(("2025-01-02T03:04:05", "a")),
    "a time at the end of time": write_cursor(("9999-12-31T23:59:59.999999-12:00", "a")),
    "a number": write_cursor(5),
    "an object": write_cursor({"a": 1}),
}


@pytest.mark.usefixtures("unchanged")
class TestQueries:
    @each_with_query
    def test_a_value_that_a_parameter_does_not_take_is_named(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        nonsense = NONSENSE[route.spoken.dialect.name]
        wrong = [
            f"{name}={value[:30]}: {problem}"
            for name in route.query
            for value in nonsense[name] or ()
            for reply in [populated.ask(line, route, query=f"?{quote(name)}={quote(value)}")]
            for problem in route.problems(reply, Refusal.INVALID_PARAMETER, name.removesuffix("[]"))
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_query
    def test_one_that_cannot_be_read(self, line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
        wrong = [
            f"{name}: {problem}"
            for name, query in UNREADABLE_QUERIES.items()
            for problem in route.problems(populated.ask(line, route, query=f"?{query}"), Refusal.UNREADABLE)
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_pages
    def test_a_forged_cursor(self, line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
        wrong = [
            f"{name} is {what}: {problem}"
            for what, cursor in FORGED.items()
            for name in {"after", "before"} & {*route.query}
            for reply in [populated.ask(line, route, query=f"?{name}={cursor}")]
            for problem in route.problems(reply, Refusal.INVALID_PARAMETER, name)
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_pages
    def test_an_empty_cursor_is_none(self, line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
        whole = populated.ask(line, route, query="?workflow=welcome")
        wrong = [
            f"{query}: {reply}"
            for query in ("after=", "before=", "after=&before=", "after&before")
            for reply in [populated.ask(line, route, query=f"?workflow=welcome&{query}")]
            if (reply.status, reply.body) != (200, whole.body)
        ]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("query", ["message_ids[]=x&" * 51, "", "message_ids[]=x&" * 26])
    def test_a_number_of_ids_that_is_not_taken(
        self, line: Connection, populated: PopulatedEnvironment, query: str
    ) -> None:
        path = f"/v1/users/{USER}/messages" if query.count("&") > 50 else "/v1/messages/batch/content"
        reply = line.ask("GET", f"{path}?{query}", key=populated.secret_key)
        assert not SPOKEN_KNOCK.problems(reply, Refusal.INVALID, "message_ids")

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("recipient_id=x&" * 101, "recipient_id"),
            ("object_type=projects", "object_id"),
            ("object_type=$users&object_id=ada", "object_type"),
            ("object_type=projects&object_id=..", "object_id"),
        ],
    )
    def test_recipients_that_are_not_taken(
        self, line: Connection, populated: PopulatedEnvironment, query: str, field: str
    ) -> None:
        reply = line.ask("GET", f"/v1/message/?{query}", key=populated.keys["api"])
        assert not SPOKEN_SUPRSEND.problems(reply, Refusal.INVALID, field)

    @each(lambda route: route.query and route.method == "GET" and not route.account_of)
    def test_odd_but_legal_ones_are_taken(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        ids = "".join(f"message_ids[]={id}&" for id in populated.message_ids)
        wrong = [
            f"{query}: {reply}"
            for query in ("", "&&&", "=", "=1", "a", "[]=1", "a[[[=1", "unknown=1", "a=%zz")
            for reply in [populated.ask(line, route, query=f"?workflow=welcome&{ids}{query}")]
            if reply.status != 200
        ]
        assert not wrong, "\n".join(wrong)
