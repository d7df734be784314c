"""`make conformance` fails whenever the suite ends otherwise than docs/conformance.md says."""

from conformance.lists import Lists
from conformance.recording import Outcome, Report
from conformance.verdict import Verdict, judge

LISTS = Lists(left_out=frozenset({"test_guides.py"}), replaced={}, refused={"test_users.py list": 422})


def outcome(name: str, *, status: int | None = None, passed: bool = False) -> Outcome:
    return Outcome(f"{name} strict", f"test_users.py {name}", passed, status, "" if passed else "Error")


def verdict(*outcomes: Outcome) -> Verdict:
    return judge(Report([*outcomes], left_out=7), LISTS)


def test_everything_is_as_the_page_says() -> None:
    found = verdict(outcome("get", passed=True), outcome("list", status=422), outcome("list", status=422))
    assert found == Verdict(passed=1, refused=2, left_out=7, objections=())


def test_a_test_that_fails() -> None:
    found = verdict(outcome("get", status=500), outcome("list", status=422))
    assert found.objections == ("get strict failed: Error",)
    assert (found.passed, found.refused) == (0, 1)


def test_a_refusal_with_another_status() -> None:
    found = verdict(outcome("list", status=500))
    assert found.objections == ("list strict must be answered 422: Error",)
    assert found.refused == 0


def test_a_refusal_that_does_not_happen() -> None:
    assert verdict(outcome("list", passed=True)).objections == ("list strict must be answered 422: it passed",)


def test_a_listed_refusal_that_no_test_has() -> None:
    assert verdict(outcome("get", passed=True)).objections == (
        "test_users.py list is listed as refused, and is no test",
    )


def test_no_test_at_all() -> None:
    assert judge(Report(), Lists(frozenset(), {}, {})).objections == ("no test has run",)
