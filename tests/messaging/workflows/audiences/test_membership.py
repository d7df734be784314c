"""Who is a member of audiences: whom conditions fit, for any audiences that ask for each other."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from addressee.conditions.model import Condition, Conditions
from addressee.messaging.workflows.audiences.membership import Membership, named_by
from addressee.messaging.workflows.audiences.model import Audience, AudienceType

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
PRO = Condition("recipient.plan", "equal_to", "pro")
BIG = Condition("recipient.seats", "greater_than", 3)


def audience(*groups: tuple[Condition, ...]) -> Audience:
    return Audience(name="x", type=AudienceType.DYNAMIC, conditions=Conditions(groups))


def member_of(key: str) -> Condition:
    return Condition("recipient", "is_audience_member", key)


def members(dynamic: dict[str, Audience], added: set[str] = frozenset(), **user: Any) -> set[str]:  # type: ignore[assignment]
    return set(Membership(user, added, dynamic, NOW).among(dynamic.keys()))


def test_a_member_is_in_one_of_the_segments() -> None:
    dynamic = {"paying": audience((PRO, BIG), (Condition("recipient.vip", "equal_to", True),))}
    assert members(dynamic, plan="pro", seats=4) == {"paying"}
    assert members(dynamic, plan="pro", seats=3) == set()
    assert members(dynamic, plan="free", vip=True) == {"paying"}
    assert members({"none": audience()}, plan="pro") == set()


def test_conditions_are_about_the_moment() -> None:
    new = audience((Condition("recipient.signed_up", "is_timestamp_on_or_after", "30 days ago"),))
    assert members({"new": new}, signed_up="2025-05-03T00:00:00Z") == {"new"}
    assert members({"new": new}, signed_up="2025-05-01T00:00:00Z") == set()


def test_audiences_ask_for_others_of_both_types() -> None:
    dynamic = {
        "pro": audience((PRO,)),
        "pro-beta": audience((member_of("pro"), member_of("beta"))),
        "others": audience((Condition("recipient", "is_not_audience_member", "pro-beta"),)),
    }
    assert members(dynamic, {"beta"}, plan="pro") == {"beta", "pro", "pro-beta"}
    assert members(dynamic, {"beta"}, plan="free") == {"beta", "others"}
    assert members(dynamic, plan="pro") == {"pro", "others"}


def test_nobody_is_added_to_a_dynamic_audience() -> None:
    """Somebody was before it was one."""
    assert members({"pro": audience((PRO,))}, {"pro"}, plan="free") == set()


def test_only_what_is_asked_for_is_evaluated() -> None:
    dynamic = {"pro": audience((PRO,)), "big": audience((BIG,))}
    assert Membership({"plan": "pro", "seats": 9}, {"beta"}, dynamic, NOW).among({"big", "beta"}) == {"big", "beta"}


def test_arguments_that_are_looked_up_may_name_any_audience() -> None:
    dynamic = {"pro": audience((PRO,)), "big": audience((BIG,))}
    assert named_by(["pro", "beta"], dynamic) == {"pro"}
    assert named_by(["data.audience"], dynamic) == {"pro", "big"}


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.lists(st.lists(st.sampled_from("abcdefs").map(member_of), min_size=1, max_size=3), max_size=3),
    )
)
def test_any_audiences_that_ask_for_each_other_come_to_an_end(asking: dict[str, list[list[Condition]]]) -> None:
    dynamic = {key: audience(*map(tuple, groups)) for key, groups in asking.items()}
    found = members(dynamic, {"s"})
    # Whoever comes in by somebody else's membership has a segment of which all audiences are theirs.
    for key in found & dynamic.keys():
        assert any(all(each.argument in found for each in group) for group in dynamic[key].conditions.any_of)
