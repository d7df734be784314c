"""The forms in which conditions are written, and the tree that all of them are compiled to (engine.md §3)."""

from typing import Any

import pytest

from addressee.conditions.forms import FormError, parse
from addressee.conditions.model import Condition, Conditions, Path, State
from addressee.conditions.names import ALL_NAMES, EVENT, Names

PLAN = Condition("data.plan", "equal_to", "pro")
LOCALE = Condition("recipient.locale", "in", ("de", "nl"))
COUNT = Condition("data.count", "greater_than", 5)

IN_STEPS = Names(refs=("feed",), later=("mail",))
IN_WAITS = Names(roots=(*ALL_NAMES.roots, EVENT))


def knock(variable: str, operator: str, *argument: Any) -> dict[str, Any]:
    return {"variable": variable, "operator": operator, **({"argument": argument[0]} if argument else {})}


def suprsend(namespace: str, variable: str, op: str, *value: Any) -> dict[str, Any]:
    return {"variable_ns": namespace, "variable": variable, "op": op, **({"value": value[0]} if value else {})}


def notiflows(property: str, operator: str, value: Any, value_type: str = "static") -> dict[str, Any]:
    return {"property": property, "operator": operator, "value": value, "value_type": value_type}


def tree(*groups: tuple[Condition, ...]) -> Conditions:
    return Conditions(groups)


def problems(value: Any, names: Names = IN_STEPS) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(FormError) as error:
        parse(value, names)
    return error.value.problems


@pytest.mark.parametrize(
    "written",
    [
        {"all": [knock("data.plan", "equal_to", "pro"), knock("data.count", "greater_than", "5")]},
        [knock("plan", "equal_to", '"pro"'), knock("data.count", "greater_than", 5)],
        {"any": [{"all": [knock("data.plan", "equal_to", "pro"), knock("count", "greater_than", 5)]}]},
        {"op": "AND", "args": [suprsend("", "plan", "==", "pro"), suprsend("", "count", ">", 5)]},
        [
            {"op": "AND", "args": [suprsend("", "plan", "==", '"pro"')]},
            {"type": "expression_v1", "expression_v1": {"op": "OR", "args": [suprsend("", "count", ">", "5")]}},
        ],
        [
            {
                "operator": "and",
                "conditions": [notiflows("data.plan", "equal_to", "pro"), notiflows("data.count", "greater_than", 5)],
            }
        ],
        'data.plan == "pro" and data.count > 5',
        ["plan == pro", "data.count greater_than 5"],
        ["data.plan == 'pro'", knock("data.count", "greater_than", 5)],
    ],
)
def test_all_forms_compile_to_one_tree(written: Any) -> None:
    assert parse(written) == tree((PLAN, COUNT))


@pytest.mark.parametrize(
    "written",
    [
        {"any": [knock("data.plan", "equal_to", "pro"), knock("recipient.locale", "in", ["de", "nl"])]},
        {"op": "OR", "args": [suprsend("", "plan", "==", "pro"), knock("recipient.locale", "in", '["de", "nl"]')]},
        {"operator": "or", "conditions": [notiflows("plan", "equal_to", "pro"), "recipient.locale in ['de', 'nl']"]},
        'data.plan == "pro" or recipient.locale in ["de", "nl"]',
    ],
)
def test_one_of_several_is_enough(written: Any) -> None:
    assert parse(written) == tree((PLAN,), (LOCALE,))


def test_groups_within_groups_become_the_combinations() -> None:
    nested = {"all": ["data.a == 1", {"any": ["data.b == 1", {"all": ["data.c == 1", "data.d == 1"]}]}]}
    a, b, c, d = (Condition(f"data.{name}", "equal_to", 1) for name in "abcd")
    assert parse(nested) == tree((a, b), (a, c, d))
    assert parse({"all": ["data.a == 1"], "any": ["data.b == 1", "data.c == 1"]}) == tree((a, b), (a, c))


@pytest.mark.parametrize("nothing", [[], {"all": []}, {"any": []}, {"op": "AND", "args": []}])
def test_a_group_without_conditions_is_always_true(nothing: Any) -> None:
    assert parse(nothing) == Conditions(((),))
    assert parse(nothing).always


@pytest.mark.parametrize(
    ("argument", "read"),
    [
        ("null", None),
        ("true", True),
        ("5", 5),
        ("-12", -12),
        ("1.0", "1.0"),
        ("007", "007"),
        ("12345678901234567890123", "12345678901234567890123"),
        ('"5"', "5"),
        ('"data.x"', "data.x"),
        ("data.x", Path("data.x")),
        ("data", "data"),
        ("event.created", "event.created"),
        ("pro", "pro"),
        ("2025-06-01", "2025-06-01"),
        ("", ""),
        ('["a", 1]', ("a", 1)),
        (["a", "data.x", 1, None], ("a", Path("data.x"), 1, None)),
        (5, 5),
        (5.5, 5.5),
        (False, False),
        (None, None),
    ],
)
def test_an_argument_is_json_then_a_path_then_itself(argument: Any, read: Any) -> None:
    (condition,) = parse(knock("data.value", "equal_to", argument)).all
    assert (condition.argument, type(condition.argument)) == (read, type(read))


def test_what_is_looked_for_in_a_text_is_a_text() -> None:
    assert parse(knock("data.code", "contains", 5)) == tree((Condition("data.code", "contains", "5"),))
    assert parse(knock("data.code", "starts_with", "5")) == tree((Condition("data.code", "starts_with", "5"),))


def test_operators_of_the_variable_alone_take_no_argument() -> None:
    empty = tree((Condition("data.x", "empty"),))
    assert parse(knock("data.x", "empty")) == parse(knock("data.x", "empty", "null")) == empty
    assert parse("data.x empty") == parse(suprsend("", "x", "EMPTY")) == empty
    assert parse(notiflows("x", "is_empty", None)) == empty


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("data.urgent", Condition("data.urgent", "equal_to", True)),
        ("not urgent", Condition("data.urgent", "not_equal_to", True)),
        ("data.plan not in [free, 'old']", Condition("data.plan", "not_in", ("free", "old"))),
        ("data.a != data.b", Condition("data.a", "not_equal_to", Path("data.b"))),
        ('data.name == "O\'Neil \\"x\\""', Condition("data.name", "equal_to", 'O\'Neil "x"')),
        ("data.at is_timestamp_before '15 minutes ago'", Condition("data.at", "is_timestamp_before", "15 minutes ago")),
        ("data.n is_between [1, 2.5]", Condition("data.n", "is_between", (1, 2.5))),
        ("data.x == null", Condition("data.x", "equal_to", None)),
        ("recipient is_audience_member beta", Condition("recipient", "is_audience_member", "beta")),
        ("tenant not_exists", Condition("tenant", "not_exists")),
        ("refs.feed.seen", Condition("refs.feed.engagement_status", "contains", State("seen"))),
        ("not refs.feed.seen", Condition("refs.feed.engagement_status", "not_contains", State("seen"))),
        (
            "refs.feed.delivered",
            Condition("refs.feed.delivery_status", "greater_than_or_equal_to", State("delivered")),
        ),
        ("not refs.feed.delivered", Condition("refs.feed.delivery_status", "less_than", State("delivered"))),
        ("refs.feed.skipped", Condition("refs.feed.delivery_status", "equal_to", State("skipped"))),
        ("refs.feed.status >= $message.read", Condition("refs.feed.status", "greater_than_or_equal_to", State("read"))),
        ("refs.feed.throttled", Condition("refs.feed.throttled", "equal_to", True)),
    ],
)
def test_short_texts(written: str, condition: Condition) -> None:
    assert parse(written, IN_STEPS) == tree((condition,))


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        (suprsend("$recipient", "plan", "!=", "free"), Condition("recipient.plan", "not_equal_to", "free")),
        (suprsend("$actor", "role", "NON_EMPTY"), Condition("actor.role", "not_empty")),
        (
            suprsend("$brand", "name", "==", "$recipient.company"),
            Condition("tenant.name", "equal_to", Path("recipient.company")),
        ),
        (suprsend("", "tags", "ARRAY_INTERSECTS", ["a"]), Condition("data.tags", "intersects", ("a",))),
        (
            suprsend("", "at", "DATETIME_LT", "now+1d2h"),
            Condition("data.at", "is_timestamp_before", "1560 minutes from now"),
        ),
        (
            suprsend("", "at", "DATETIME_GT", '"now-1w"'),
            Condition("data.at", "is_timestamp_after", "10080 minutes ago"),
        ),
        (
            suprsend("", "at", "DATETIME_EQUALS", "2025-06-01"),
            Condition("data.at", "is_timestamp_equal_to", "2025-06-01"),
        ),
        (
            {
                "op": "IS",
                "ref": "feed",
                "variable": "message_status",
                "variable_ns": "$ref",
                "value": "$message.delivered",
            },
            Condition("refs.feed.status", "greater_than_or_equal_to", State("delivered")),
        ),
        (
            {"op": "IS_NOT", "ref": "feed", "variable": "message_status", "variable_ns": "$ref", "value": "clicked"},
            Condition("refs.feed.engagement_status", "not_intersects", (State("interacted"), State("link_clicked"))),
        ),
    ],
)
def test_what_only_suprsend_has(written: Any, condition: Condition) -> None:
    assert parse(written, IN_STEPS) == tree((condition,))


def test_notiflows_compares_with_what_a_path_holds() -> None:
    written = {"operator": "and", "conditions": [notiflows("data.a", "does_not_contain", "data.b", "ref")]}
    assert parse(written) == tree((Condition("data.a", "not_contains", Path("data.b")),))


def test_an_event_is_known_only_where_one_is_waited_for() -> None:
    assert parse("event.amount > 5", IN_WAITS) == tree((Condition("event.amount", "greater_than", 5),))
    assert problems("event.amount > 5") == [
        (("variable",), "event is known only in the conditions of a step that waits for an event")
    ]
    assert parse("event == 'created'") == tree((Condition("data.event", "equal_to", "created"),))


def test_every_problem_has_its_place() -> None:
    written = {
        "all": [
            knock("data.plan", "equals", "pro"),
            {"any": [knock("recipent.plan", "equal_to", "pro"), knock("data.x", "equal_to")]},
            {**knock("data.x", "empty"), "argumnt": 1},
            5,
        ]
    }
    assert problems(written) == [
        (("all", 0, "operator"), "there is no operator 'equals'; did you mean 'equal_to'?"),
        (
            ("all", 1, "any", 0, "variable"),
            "there is no 'recipent' to start a variable with; did you mean 'recipient'?",
        ),
        (("all", 1, "any", 1), "equal_to needs an argument"),
        (("all", 2, "argumnt"), "there is no 'argumnt' here; did you mean 'argument'?"),
        (
            ("all", 3),
            'conditions are a text like data.plan == "pro", {variable, operator, argument}, a list, '
            "{all: […]} or {any: […]}",
        ),
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("refs.fed.seen", "there is no step 'fed' before this one; did you mean 'feed'?"),
        ("refs.mail.seen", "the step 'mail' comes later: conditions see results of the steps before"),
        ("refs == 5", "refs is followed by the ref of a step, like refs.feed.engagement_status"),
        ("data.a == refs.mail.x", "the step 'mail' comes later: conditions see results of the steps before"),
        ("refs.feed.status == $message.sen", "there is no state 'sen' of a message; did you mean 'sent'?"),
        (
            "data.a == $message.seen",
            "states of messages are compared with refs.<ref>.delivery_status, refs.<ref>.engagement_status, "
            "refs.<ref>.status",
        ),
        (
            "refs.feed.status > $message.seen_not_read",
            "seen_not_read has no place in the order of states; use contains",
        ),
        ("data..a == 1", "'data..a' is not a path like data.plan"),
        ("data.a in 5", "in needs a list"),
        ("data.a is_between [1]", "is_between needs a list of two values, the lowest and the highest"),
        ("data.a starts_with [a]", "starts_with needs a text"),
        (
            "data.at is_timestamp_before tomorrow",
            "is_timestamp_before needs a date, a date and time, or a time like '15 minutes ago' or '1 day from now'",
        ),
        ("data.a is_audience_member x", "the variable of is_audience_member is recipient"),
        ("data.a = 5", "'= 5' cannot be read here: equal is =="),
        ("data.a == 2025-06-01", "'2025-06-01' cannot be read here: a date or another text stands in quotes"),
        ("(data.a)", "'(data.a)' cannot be read here: there are no parentheses, but lists below all: and any:"),
        ("data.a == 5 data.b", "'data.b' is unexpected in 'data.a == 5 data.b': conditions are joined by and, or"),
        ("data.a == 5 and", "'data.a == 5 and' is not complete"),
        ("data.a ==", "equal_to needs an argument"),
        ("", "'' is not complete"),
        ({"op": "XOR", "args": []}, "groups are joined by AND or OR, not by 'XOR'"),
        ({"all": 5}, "this must be a list"),
        (suprsend("$recipent", "a", "==", 1), "there is no variable_ns '$recipent'; did you mean '$recipient'?"),
        (suprsend("", "a", "CONTAIN", 1), "there is no op 'CONTAIN'; did you mean 'CONTAINS'?"),
        (
            suprsend("$ref", "feed", "IS", "read"),
            "a condition on a step has its ref and one of the values delivered, seen, clicked, delivery_failed",
        ),
        (notiflows("a", "equal_to", 1, "dynamic"), "value_type is static, or ref with the path of a value"),
        (
            knock("data.a", "equal_to", {"b": 1}),
            "an argument is a text, a number, true, false, null or a list of these",
        ),
    ],
)
def test_what_is_wrong(written: Any, message: str) -> None:
    assert [message for _, message in problems(written)] == [message]


def test_trees_are_bounded() -> None:
    many = {"any": ["data.a == 1", "data.b == 1"]}
    assert problems([many] * 6) == [((), "these are more than 50 combinations of groups; use fewer any")]
    assert problems(["data.a == 1"] * 201) == [((), "there are more than 200 conditions in all combinations")]
    deep: Any = "data.a == 1"
    for _ in range(20):
        deep = {"all": [deep]}
    ((_, message),) = problems(deep)
    assert message == "groups are nested at most 10 deep"
