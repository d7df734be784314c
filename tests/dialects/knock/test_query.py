"""Every form in which Knock's clients write a query (knock.md §1.9)."""

from datetime import UTC, datetime, timedelta

import pytest

from addressee.api.errors import MalformedError, ParameterError
from addressee.database.paging import write_cursor
from addressee.dialects.knock.wire.errors import KnockError
from addressee.dialects.knock.wire.query import Query
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Place


@pytest.mark.parametrize("text", ["s[]=a&s[]=b", "s%5B%5D=a&s%5B%5D=b", "s[0]=a&s[1]=b", "s=a&s=b"])
def test_a_list_of_scalars(text: str) -> None:
    assert Query(text).texts("s") == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "o[][id]=1&o[][id]=2&o[][collection]=c&o[][collection]=d",
        "o%5B%5D%5Bid%5D=1&o%5B%5D%5Bcollection%5D=c&o%5B%5D%5Bid%5D=2&o%5B%5D%5Bcollection%5D=d",
        "o[0][id]=1&o[0][collection]=c&o[1][id]=2&o[1][collection]=d",
        "o[1][collection]=d&o[0][collection]=c&o[0][id]=1&o[1][id]=2",
    ],
)
def test_a_list_of_objects(text: str) -> None:
    assert Query(text).places(1, "o") == [Place(1, "c", "1"), Place(1, "d", "2")]


def test_users_beside_objects() -> None:
    found = Query("r[]=u1&r[][id]=1&r[][collection]=c").places(1, "r")
    assert found == [Place(1, USERS, "u1"), Place(1, "c", "1")]


def test_an_object_without_its_collection_is_refused() -> None:
    with pytest.raises(KnockError):
        Query("r[][id]=1&r[][id]=2&r[][collection]=c").places(1, "r")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("r=u1", Place(1, USERS, "u1")),
        ("r[id]=1&r[collection]=c", Place(1, "c", "1")),
        ("r.id=1&r.collection=c", Place(1, "c", "1")),
        ("", None),
    ],
)
def test_one_reference(text: str, reference: Place | None) -> None:
    assert Query(text).place(1, "r") == reference


@pytest.mark.parametrize("text", ["r[id]=1", "r[]=", "r=" + "x" * 257])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises((KnockError, RefusedError)):
        Query(text).places(1, "r") if "[]" in text else Query(text).place(1, "r")


@pytest.mark.parametrize("text", ["a[gte]=1", "a.gte=1", "a%5Bgte%5D=1", "a[gte]=0&a.gte=1", "a.gte=1&a[gte]=0"])
def test_a_nested_map_and_the_dotted_form_wins(text: str) -> None:
    assert Query(text).mapping("a") == {"gte": "1"}


@pytest.mark.parametrize("text", ["d=%7B%22a%22%3A%22b%22%7D", "d[a]=b", "d.a=b"])
def test_a_document(text: str) -> None:
    assert Query(text).document("d") == {"a": "b"}


@pytest.mark.parametrize("text", ["d=nonsense", "d=[]", "d=5", "d=" + "[" * 100_000])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(KnockError):
        Query(text).document("d")


@pytest.mark.parametrize(("text", "value"), [("b=true", True), ("b=false", False), ("", None)])
def test_booleans(text: str, value: bool | None) -> None:
    assert Query(text).boolean("b") is value


def test_a_period_has_its_bounds_to_the_microsecond() -> None:
    tick = timedelta(microseconds=1)
    noon = datetime(2025, 1, 1, 12, tzinfo=UTC)
    assert Query("t.gt=2025-01-01T12:00:00Z&t[lte]=2025-01-01T12:00:00Z").period("t") == (noon + tick, noon + tick)
    assert Query("t.gte=2025-01-01T14:00:00+02:00&t.lt=2025-01-01T12:00").period("t") == (noon, noon)
    assert Query("").period("t") == (None, None)


@pytest.mark.parametrize("text", ["a=%ff", "a=%00", "a=\0", "&".join(f"a{n}=" for n in range(5001))])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        Query(text)


@pytest.mark.parametrize("text", ["TRUE", "True", "1", "", "yes"])
def test_a_boolean_is_true_or_false_in_lower_case(text: str) -> None:
    with pytest.raises(KnockError, match=r"archived must be true or false\."):
        Query(f"archived={text}").boolean("archived")


@pytest.mark.parametrize("text", ["1234567890", "-1234567890", "ten"])
def test_a_number_has_nine_digits_at_most(text: str) -> None:
    with pytest.raises((KnockError, ParameterError), match=r"page_size must be a whole number from 1 to 50\."):
        Query(f"page_size={text}").number("page_size", 50, 50)
    assert Query("page_size=999999999").number("page_size", 50, 50) == 50


@pytest.mark.parametrize(("text", "field"), [("before=nonsense", "before"), ("after={}&before=nonsense", "after")])
def test_both_cursors_are_checked(text: str, field: str) -> None:
    with pytest.raises(KnockError) as refused:
        Query(text.format(write_cursor(5))).page_request(int, 50)
    assert refused.value.failures[0][0] == field
