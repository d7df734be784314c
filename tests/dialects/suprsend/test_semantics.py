"""Any sequence of operations leads to what the plain model says, by whatever way it is sent (suprsend.md §4, §6)."""

from __future__ import annotations

import itertools
import json
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dialects.suprsend.model import Model, shown

ids = itertools.count()

scalars = st.sampled_from([0, 1, -2, 2.5, True, False, None, "x", "", "é"])
anything = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.sampled_from("pq"), scalars, max_size=2)
names = st.sampled_from(["a", "b", "name", "avatar", " a ", "$bad", "ss_x", "SS_Y", "$inbox", ""])
emails = st.sampled_from(["a@example.com", "A@Example.com", "b@example.com", " c@example.com ", "nonsense", 5, None])
phones = st.sampled_from(["+15551234567", "+1 555 123 4567", "+919876543210", "555", None])
tokens = st.sampled_from(["t1", "t2", ""])
providers = st.sampled_from([None, "fcm", "xiaomi"])
reserved = st.fixed_dictionaries(
    {},
    optional={
        "$locale": st.sampled_from(["en", "en-GB", "de_AT", "english", None]),
        "$timezone": st.sampled_from(["Europe/Berlin", "Mars/Olympus", "UTC"]),
        "$preferred_language": st.sampled_from(["en", "DE", "zz", 5]),
    },
)


def merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda each: {key: value for part in each for key, value in part.items()})


texts = st.fixed_dictionaries({}, optional={"$email": emails, "$sms": phones, "$whatsapp": phones})
push = st.fixed_dictionaries({"$androidpush": tokens}, optional={"$id_provider": providers})
properties = st.dictionaries(names, anything, max_size=2)
lists = merged(properties, texts, push | st.just({}))
keys = names | st.sampled_from(["$email", "$sms", "$androidpush", "$locale", "$timezone"])

operations = st.lists(
    st.fixed_dictionaries({"$set": merged(properties, reserved, texts)})
    | st.fixed_dictionaries({"$set_once": merged(properties, reserved)})
    | st.fixed_dictionaries({"$add": properties})
    | st.fixed_dictionaries({"$increment": properties})
    | st.fixed_dictionaries({"$append": lists})
    | st.fixed_dictionaries({"$remove": lists})
    | st.fixed_dictionaries({"$unset": st.lists(keys, max_size=2)})
    | st.fixed_dictionaries({"$set": properties, "$add": properties, "$append": lists, "$unset": st.lists(keys)}),
    max_size=8,
)


def own_tokens(id: str, operation: dict[str, Any]) -> dict[str, Any]:
    """The operation with tokens of the user's own: a token that two people are given is the last one's."""

    def own(given: Any) -> Any:
        if isinstance(given, dict) and given.get("$androidpush"):
            return {**given, "$androidpush": f"{id}-{given['$androidpush']}"}
        return given

    return {operator: own(given) for operator, given in operation.items()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations)
def test_any_sequence_of_operations(rest: httpx.Client, sequence: list[dict[str, Any]]) -> None:
    number = next(ids)
    wanted = {}
    entries = []
    for form in ("async", "sync", "bulk"):
        id = f"{form}/{number}"
        own = [own_tokens(id, operation) for operation in sequence]
        model = Model()
        for operation in own:
            model.apply(operation)
        wanted[id] = model.shown()
        if form == "async":
            answer = rest.post("/event/", json={"distinct_id": id, "$user_operations": own})
        elif form == "sync":
            answer = rest.patch(f"/v1/user/sync%2F{number}/", json={"operations": own})
        else:
            entries = [{"distinct_id": id, "$user_operations": [operation]} for operation in own]
            answer = rest.post("/event/", json=[{"distinct_id": id, "$user_operations": []}, *entries])
        assert answer.status_code == 202, answer.text
    found = {id: shown(rest.get(f"/v1/user/{id.replace('/', '%2F')}/").json()) for id in wanted}
    # As texts, because Python takes true for 1.
    assert json.dumps(found, sort_keys=True) == json.dumps(wanted, sort_keys=True)
