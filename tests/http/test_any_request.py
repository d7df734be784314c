"""Requests made from the published description of each route, right and wrong ones: each answer is as it is described.

Nothing is a server error, every status is listed, and every body fits its schema.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from addressee.api.answers import EventStream
from addressee.database.installation import Installation
from addressee.database.pool import Pool
from tests.http.conftest import new_inhabited
from tests.support.populated import PopulatedEnvironment
from tests.support.routes import ROUTES, Route

pytestmark = pytest.mark.slow

EXAMPLES = 12

# An answer without an end cannot be read whole: dialects/native/test_feed_streams.py reads those.
ENDING = [route for route in ROUTES if route.operation.response is not EventStream]

# What is asked for is there until those come that take it away.
IN_ORDER = sorted(ENDING, key=lambda route: ("GET", "PUT", "PATCH", "POST", "DELETE").index(route.method))

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
async def place(api: str, worker: None, pool: Pool, installation: Installation) -> PopulatedEnvironment:
    """Changes as the requests go."""
    return await new_inhabited(api, pool, installation)


@pytest.fixture(scope="module")
def schema(api: str) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{api}/openapi.json")


@pytest.mark.parametrize("route", IN_ORDER, ids=lambda route: route.title)
def test_it_is_answered_as_described(schema: BaseSchema, place: PopulatedEnvironment, route: Route) -> None:
    operation = schema[route.path][route.method]
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))
    headers = route.spoken.sends(place.keys[route.spoken.key])

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, is_known=st.booleans())
    def check(case: Any, is_known: bool) -> None:
        """Half of the requests name what is there."""
        if is_known and route.variables:
            known = place.things(route)
            case.path_parameters = {name: known[name] for name in route.variables}
        case.call_and_validate(headers=dict(headers), checks=CHECKS)

    check()
