"""Messages about refused bodies name the values and fields that their type accepts."""

from enum import Enum
from typing import Any, Literal

import msgspec
import pytest

from addressee.api.requests.bodies import MisshapenError, typed


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Address(msgspec.Struct, rename={"kind": "$kind"}, forbid_unknown_fields=True):
    kind: Literal["email", "sms"]


class Person(msgspec.Struct):
    address: Address | str | None = None
    addresses: list[Address] | None = None
    named: dict[str, Address] = {}
    pair: tuple[Address, ...] = ()
    colours: list[Colour] = []
    sizes: list[Literal["small", 7]] = []
    age: int = 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"address": {"$kind": "fax"}}, "address.$kind: Invalid enum value 'fax'; it is one of email, sms"),
        ({"addresses": [{"$kind": 1}]}, "addresses[0].$kind: Expected `str`, got `int`"),
        ({"addresses": [{"$kind": "fax"}]}, "addresses[0].$kind: Invalid enum value 'fax'; it is one of email, sms"),
        ({"named": {"a.b": {"$kind": ""}}}, "named[...].$kind: Invalid enum value ''; it is one of email, sms"),
        ({"pair": [{"$kind": "fax"}]}, "pair[0].$kind: Invalid enum value 'fax'; it is one of email, sms"),
        ({"colours": ["red", "green"]}, "colours[1]: Invalid enum value 'green'; it is one of red, blue"),
        ({"sizes": [8]}, "sizes[0]: Invalid enum value 8; it is one of 7, small"),
        (
            {"addresses": [{"$kind": "sms", "kind": "sms"}]},
            "addresses[0]: Object contains unknown field `kind`; there are $kind",
        ),
        ({"age": "7"}, "age: Expected `int`, got `str`"),
    ],
)
def test_a_refusal_names_what_is_accepted(body: dict[str, Any], message: str) -> None:
    with pytest.raises(MisshapenError) as refusal:
        typed(body, Person)
    assert refusal.value.message == message
