"""Any sequence of operations equals the plain model of suprsend.md §4, in memory and through the writer.

The model keeps properties and names in one dict, and of each kind a list of addresses with an explicit mark: it knows
nothing of attributes that stand for addresses.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addressee.directory.addresses.entries import ATTRIBUTES, of_kind
from addressee.directory.directory import Directory
from addressee.directory.edits.context import EditContext
from addressee.directory.edits.recipients import (
    Add,
    AddAddress,
    Append,
    Delete,
    DisableAddress,
    Each,
    Edit,
    Identify,
    Item,
    Remove,
    RemoveAddress,
    RemoveAddresses,
    Set,
    SetOnce,
    Unset,
)
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from tests.conftest import Environment

State: TypeAlias = dict[str, Any] | None
Operation: TypeAlias = tuple[Any, ...]

KINDS = ("email", "sms", "android_push", "slack")
NAMES = ("name", "first_name", "last_name", "avatar")
RESERVED = ("timezone", "locale", "language")

HERE = Place(1, USERS, "ada")
NOW = datetime(2025, 6, 1, tzinfo=UTC)

keys = st.sampled_from(["a", "b", "name", "avatar", "email", "timezone", "language"])
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.text("xy", max_size=2),
    st.lists(st.integers(0, 2) | st.booleans(), max_size=3),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 2), max_size=2),
)
attributes = st.one_of(
    st.tuples(st.just("timezone"), st.sampled_from(["UTC", "Asia/Tokyo"])),
    st.tuples(st.just("language"), st.sampled_from(["en", "de"])),
)
emails = st.sampled_from(["a@x.yz", "A@x.yz", "b@x.yz", "c@x.yz"])
phones = st.sampled_from(["+4915112345", "+49 151 12345", "+4915167890"])
tokens = st.tuples(st.sampled_from("tu"), st.sampled_from(["fcm", "xiaomi", None]), st.sampled_from(["d1", None]))
slack = st.builds(
    lambda user, token: {"user_id": user, "access_token": token},
    st.sampled_from(["U1", "U2"]),
    st.sampled_from(["xoxb-1", "xoxb-2"]),
)
named = st.one_of(
    st.tuples(st.just("email"), emails, st.none(), st.none()),
    st.tuples(st.just("sms"), phones, st.none(), st.none()),
    st.builds(lambda token: ("android_push", *token), tokens),
    st.tuples(st.just("slack"), slack, st.none(), st.none()),
)

operations = st.one_of(
    st.tuples(st.just("set"), keys, values),
    st.tuples(st.just("set_once"), keys, values),
    st.tuples(st.just("add"), keys, st.integers(-3, 3)),
    st.tuples(st.just("append"), keys, values),
    st.tuples(st.just("remove"), keys, values),
    st.tuples(st.just("unset"), keys),
    st.builds(lambda pair: ("set_reserved", *pair), attributes),
    st.builds(lambda pair: ("set_reserved_once", *pair), attributes),
    st.tuples(st.just("unset_reserved"), st.sampled_from(RESERVED)),
    st.builds(lambda address: ("add_address", *address), named),
    st.builds(lambda address: ("add_address", *address), named),
    st.builds(lambda address: ("remove_address", *address), named),
    st.builds(lambda address: ("disable_address", *address), named),
    st.tuples(st.just("remove_addresses"), st.sampled_from(KINDS)),
    st.tuples(st.just("set_primary"), st.just("email"), st.none() | emails),
    st.tuples(st.just("set_primary"), st.just("sms"), st.none() | phones),
    st.just(("add_address", "email", "nobody", None, None)),
    st.just(("delete",)),
)


def edit_of(operation: Operation) -> Edit:
    match operation:
        case ("set", key, value):
            return Set({key: value})
        case ("set_once", key, value):
            return SetOnce({key: value})
        case ("add", key, amount):
            return Add({key: amount})
        case ("append", key, value):
            return Append({key: value})
        case ("remove", key, value):
            return Remove({key: value})
        case ("unset", key):
            return Unset((key,))
        case ("set_reserved", name, value):
            return Identify({name: value})
        case ("set_reserved_once", name, value):
            return SetOnce({}, attributes={name: value})
        case ("unset_reserved", name):
            return Unset((), attributes=(name,))
        case ("add_address", kind, value, provider, device):
            return AddAddress(kind, value, provider, {"device_id": device})
        case ("remove_address", kind, value, provider, _):
            return RemoveAddress(kind, value, provider)
        case ("disable_address", kind, value, provider, _):
            return DisableAddress(kind, value, provider)
        case ("remove_addresses", kind):
            return RemoveAddresses(kind)
        case ("set_primary", kind, value):
            return Identify({ATTRIBUTES[kind]: value})
        case ("delete",):
            return Delete()
    raise AssertionError(operation)


class Passed(Exception):  # noqa: N818
    """What the model passes over."""


def model(state: State, operation: Operation) -> State:
    """The state as it becomes. Raises Passed for what cannot be applied."""
    takes_away = operation[0] in ("remove", "unset", "unset_reserved", "remove_address", "disable_address")
    if operation[0] == "delete":
        return None
    if state is None and (takes_away or operation[0] == "remove_addresses"):
        return None
    state = deepcopy(state) or {
        "properties": {},
        "reserved": {},
        **{kind: {"all": [], "primary": None, "attribute": ...} for kind in KINDS},
    }
    properties, reserved = state["properties"], state["reserved"]
    match operation:
        case ("set", key, value):
            properties[key] = value
        case ("set_once", key, value):
            properties.setdefault(key, value)
        case ("add", key, amount):
            number = properties.get(key)
            if number is not None and type(number) is not int:
                raise Passed
            properties[key] = (number or 0) + amount
        case ("append", key, value):
            there = properties.get(key)
            properties[key] = [*(there if isinstance(there, list) else [] if there is None else [there]), value]
        case ("remove", key, value):
            if isinstance(properties.get(key), list):
                properties[key] = [each for each in properties[key] if not alike(each, value)]
        case ("unset", key):
            properties.pop(key, None)
        case ("set_reserved", name, value):
            reserved[name] = value
        case ("set_reserved_once", name, value):
            reserved.setdefault(name, value)
        case ("unset_reserved", name):
            reserved.pop(name, None)
        case (_, kind, *said):
            change_addresses(state[kind], operation[0], kind, *said)
    return state


def alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def identity(kind: str, value: Any, provider: str | None) -> Any:
    match kind:
        case "email":
            return value.lower()
        case "sms":
            return value.replace(" ", "")
        case "slack":
            return value["user_id"]
    return (provider or "fcm", value)


def change_addresses(own: dict[str, Any], name: str, kind: str, value: Any = None, *said: str | None) -> None:
    provider, device = said or (None, None)
    is_device = kind == "android_push"
    all: list[dict[str, Any]] = own["all"]

    def by_identity(wanted: Any) -> dict[str, Any] | None:
        return next((each for each in all if each["identity"] == wanted), None)

    def drop(ending: list[dict[str, Any]]) -> None:
        own["all"] = [each for each in all if each not in ending]
        if own["primary"] in [each["identity"] for each in ending]:
            following = next((each for each in own["all"] if each["status"] == "active"), None)
            own["primary"] = following and following["identity"]
            own["attribute"] = following["value"] if following else ...

    if name == "remove_addresses":
        own["all"] = []
        own["attribute"] = ... if own["primary"] is not None else own["attribute"]
        own["primary"] = None
        return
    if name == "set_primary":
        wanted = None if value is None else identity(kind, value, None)
        if wanted is None or by_identity(wanted) is None:
            own["all"] = [each for each in all if each["identity"] != own["primary"]]
        if wanted is not None and by_identity(wanted) is None:
            own["all"].insert(0, {"identity": wanted, "value": value, "status": "active"})
        own["primary"], own["attribute"] = wanted, value
        for each in own["all"]:
            if each["identity"] == wanted:
                each["value"] = value
        return
    if kind == "email" and "@" not in value:
        raise Passed
    wanted = identity(kind, value, provider)
    there = by_identity(wanted)
    if name == "add_address":
        if there is None:
            there = {"identity": wanted, "value": value}
            all.append(there)
        there["status"] = "active"
        there["value"] = value if kind == "slack" else there["value"]
        if is_device and device is not None:
            there["device_id"] = device
        if kind in ATTRIBUTES and own["primary"] is None:
            own["primary"], own["attribute"] = wanted, there["value"]
        return
    meant = [each for each in all if each["identity"] == wanted]
    if is_device and provider is None:
        meant = [each for each in all if each["value"] == value]
    if name == "remove_address":
        drop(meant)
        return
    for each in meant:
        each["status"] = "disabled"
    if not meant:
        all.append({"identity": wanted, "value": value, "status": "disabled"})


def plain(value: Any) -> Any:
    """A value in which the spelling of a phone number counts for nothing."""
    return value.replace(" ", "") if isinstance(value, str) else value


def expected(state: State) -> Any:
    if state is None:
        return None
    said = {ATTRIBUTES[kind]: state[kind]["attribute"] for kind in ATTRIBUTES}
    return (
        state["properties"],
        state["reserved"],
        {name: plain(value) for name, value in said.items() if value is not ...},
        {kind: shown(state[kind]) for kind in KINDS},
    )


def shown(own: dict[str, Any]) -> list[Any]:
    first = [each for each in own["all"] if each["identity"] == own["primary"]]
    others = [each for each in own["all"] if each["identity"] != own["primary"]]
    return [(plain(each["value"]), each["status"], each.get("device_id")) for each in (*first, *others)]


def actual(recipient: Recipient | None) -> Any:
    if recipient is None or not recipient.lives:
        return None
    given = recipient.attributes
    assert not set(recipient.properties) & set(given) & set(NAMES)
    return (
        {**recipient.properties, **{name: given[name] for name in NAMES if name in given}},
        {name: given[name] for name in RESERVED if name in given},
        {name: plain(given[name]) for name in ATTRIBUTES.values() if name in given},
        {
            kind: [(plain(each["value"]), each["status"], each.get("device_id")) for each in of_kind(recipient, kind)]
            for kind in KINDS
        },
    )


def run_model(state: State, batch: list[Operation]) -> tuple[State, list[str]]:
    passed = []
    for number, operation in enumerate(batch):
        try:
            state = model(state, operation)
        except Passed:
            passed.append(str(number))
    return state, passed


def as_edit(batch: list[Operation]) -> Each:
    return Each(tuple(Item(str(number), edit_of(operation)) for number, operation in enumerate(batch)))


def canonical(view: Any) -> str:
    """For comparing: unlike Python's, JSON's true is not 1."""
    return json.dumps(view, sort_keys=True)


# The primary mark takes several operations on the same few addresses to go wrong.
about_email = st.one_of(
    st.tuples(st.sampled_from(["add_address", "remove_address", "disable_address"]), st.just("email"), emails).map(
        lambda operation: (*operation, None, None)
    ),
    st.tuples(st.just("set_primary"), st.just("email"), st.none() | emails),
)

batches = st.lists(st.lists(operations, max_size=5), max_size=6) | st.lists(
    st.lists(about_email, min_size=1, max_size=3), max_size=6
)


@settings(max_examples=500)
@given(batches)
def test_any_sequence_of_operations_equals_the_model(batches: list[list[Operation]]) -> None:
    state: State = None
    recipient: Recipient | None = None
    for number, batch in enumerate(batches):
        state, passed = run_model(state, batch)
        context = EditContext(NOW, number + 1, uuid4)
        recipient = as_edit(batch).apply(recipient, HERE, context)
        assert canonical(actual(recipient)) == canonical(expected(state))
        assert [warning.label for warning in context.warnings] == passed


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=batches, at_once=st.booleans())
async def test_so_it_does_through_the_writer(
    directory: Directory, environment: Environment, batches: list[list[Operation]], at_once: bool
) -> None:
    place = Place(environment.id, USERS, secrets.token_hex(8))
    writes = [Write(place, (as_edit(batch),)) for batch in batches]
    if at_once:
        answers = await asyncio.gather(*map(directory.write, writes))
    else:
        answers = [await directory.write(write) for write in writes]
    state: State = None
    for batch, answer in zip(batches, answers, strict=True):
        state, passed = run_model(state, batch)
        assert canonical(actual(answer.recipient)) == canonical(expected(state))
        assert [warning.label for warning in answer.warnings] == passed
    assert canonical(actual(await directory.read(place))) == canonical(expected(state))
