"""Which audiences are read for a page: those that a condition asks for, of the recipients whom it is about."""

from datetime import UTC, datetime
from typing import Any

from addressee.conditions.model import Condition, Conditions, Path
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.messaging.runs.contexts.audiences import asked_of, memberships
from addressee.messaging.steps.flow.entry import EntryConditions
from addressee.messaging.workflows.audiences.model import Audience, AudienceType
from addressee.preferences.layers import Effective, effective
from tests.messaging.steps.test_machine import IN_APP, UID

NOW = datetime(2025, 6, 1, tzinfo=UTC)
ADA = Place(1, USERS, "ada")
BOB = Place(1, USERS, "bob")


def preferences(document: Any) -> Effective:
    return effective({"default": document}, None, {}, {})


def asking(argument: Any) -> EntryConditions:
    condition = Condition("recipient", "is_not_audience_member", argument)
    return EntryConditions(ref="trigger", required=Conditions(((condition,),)))


def dynamic(plan: str) -> Audience:
    fits = Conditions(((Condition("recipient.plan", "equal_to", plan),),))
    return Audience(name=plan, type=AudienceType.DYNAMIC, conditions=fits)


def user(place: Place, plan: str) -> Recipient:
    return Recipient(place, UID, 1, NOW, properties={"plan": plan})


def test_nothing_is_asked_where_no_condition_does() -> None:
    assert asked_of([IN_APP], {ADA: preferences({"kinds": {"email": False}}), BOB: preferences({})}) == {}


def test_preferences_ask_for_their_own_recipient() -> None:
    condition = {"variable": "recipient", "operator": "is_audience_member", "argument": "beta"}
    sets = {ADA: preferences({"workflows": {"w": {"conditions": [condition]}}}), BOB: preferences({})}
    assert asked_of([IN_APP], sets) == {ADA: {"beta"}}
    assert asked_of([asking("vip"), IN_APP], sets) == {ADA: {"beta", "vip"}, BOB: {"vip"}}


def test_dynamic_audiences_are_laid_over_those_that_recipients_were_added_to() -> None:
    known = {"pro": dynamic("pro"), "free": dynamic("free")}
    people = [user(ADA, "pro"), user(BOB, "free"), user(Place(1, "teams", "red"), "pro")]
    added = {ADA: frozenset({"beta"}), BOB: frozenset({"pro"})}
    asked = {each.place: frozenset({"pro"}) for each in people}
    assert memberships(people, added, known, asked, NOW) == {
        ADA: {"beta", "pro"},
        BOB: set(),
        Place(1, "teams", "red"): set(),
    }


def test_an_argument_that_is_looked_up_may_name_any_audience() -> None:
    known = {"pro": dynamic("pro"), "free": dynamic("free")}
    asked = asked_of([asking(Path("data.audience"))], {ADA: preferences({})})
    assert memberships([user(ADA, "free")], {}, known, asked, NOW) == {ADA: {"free"}}
