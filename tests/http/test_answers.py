"""What is read by any route is as the published description says; `test_repetitions` says so of what is written.

Accounts at providers need one that answers: `tests.dialects.knock.kits` says so of theirs.
"""

from __future__ import annotations

from tests.support.populated import PopulatedEnvironment
from tests.support.raw_http import Connection
from tests.support.routes import Route, each

# What a route must be asked for.
QUERIES = {
    "GET /v1/schedules": "?workflow=welcome",
    "GET /directory/v1/search": "?q={user_id}",
    "GET /v1/messages/batch/content": "?message_ids[]={message_id}",
}


@each(lambda route: route.method == "GET" and not route.account_of)
def test_an_answer_is_as_it_is_described(line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
    query = QUERIES.get(route.title, "").format_map(populated.things(route))
    reply = populated.ask(line, route, query=query)
    assert reply.status == 200, reply
    assert not route.problems_of_an_answer(reply)
