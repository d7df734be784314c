"""The lists stand on a page for people, and are read from it."""

import pytest

from conformance.lists import PAGE, Lists, operation_of, read_lists
from conformance.suites import SUITES, Suite

TEXT = """# A page

## One

### Left out

| file | why |
| --- | --- |
| `test_a.py` | not built |

### Replaced

| text | instead | why |
| --- | --- | --- |
| `01HQ` | `id` | ids are UUIDs |

### Refused

| operation | status | why |
| --- | --- | --- |
| `test_b.py get` | `404` | none is called so |

## Other

### Refused

| operation | status | why |
| --- | --- | --- |
| `test_c.py get` | `400` | no cursor |
"""


def test_each_section_has_its_own() -> None:
    assert read_lists(TEXT, "One") == Lists(frozenset({"test_a.py"}), {"01HQ": "id"}, {"test_b.py get": 404})
    assert read_lists(TEXT, "Other") == Lists(frozenset(), {}, {"test_c.py get": 400})


@pytest.mark.parametrize("reason", ["not built", "ids are UUIDs", "none is called so"])
def test_a_reason_is_needed(reason: str) -> None:
    with pytest.raises(ValueError, match="this row needs"):
        read_lists(TEXT.replace(reason, ""), "One")


def test_a_section_is_needed() -> None:
    with pytest.raises(ValueError, match="unpack"):
        read_lists(TEXT, "None")


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES.keys())
def test_the_page_itself_can_be_read(suite: Suite) -> None:
    assert set(read_lists(PAGE.read_text(), suite.section).refused.values()) <= {400, 404, 422}


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
