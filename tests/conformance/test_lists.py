"""The lists stand on a page for people, and are read from it."""

import pytest

from conformance.lists import PAGE, Lists, operation_of, read_lists

TEXT = """# A page

## Left out

| file | why |
| --- | --- |
| `test_a.py` | not built |

## Refused

| operation | status | why |
| --- | --- | --- |
| `test_b.py get` | `404` | ids are UUIDs |
"""


def test_both_are_read() -> None:
    assert read_lists(TEXT) == Lists(frozenset({"test_a.py"}), {"test_b.py get": 404})


@pytest.mark.parametrize("reason", ["not built", "ids are UUIDs"])
def test_a_reason_is_needed(reason: str) -> None:
    with pytest.raises(ValueError, match="this row needs"):
        read_lists(TEXT.replace(reason, ""))


def test_the_page_itself_can_be_read() -> None:
    lists = read_lists(PAGE.read_text())
    assert lists.left_out
    assert set(lists.refused.values()) <= {404, 422}


@pytest.mark.parametrize(
    ("function", "operation"),
    [
        ("test_method_get", "test_b.py get"),
        ("test_raw_response_get", "test_b.py get"),
        ("test_streaming_response_get", "test_b.py get"),
        ("test_method_get_with_all_params", "test_b.py get_with_all_params"),
        ("test_path_params_get", "test_b.py test_path_params_get"),
    ],
)
def test_all_forms_of_a_test_are_about_one_operation(function: str, operation: str) -> None:
    assert operation_of("test_b.py", function) == operation
