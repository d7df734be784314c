"""The settings of the embedded PostgreSQL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.database.embedded.settings import GB, KB, MB, chosen, sized_for
from addressee.database.errors import SetupError


def sizes(memory: int) -> dict[str, int]:
    return {name: int(value.removesuffix("kB")) * KB for name, value in sized_for(memory).items()}


def test_the_memory_of_a_machine_is_shared_out() -> None:
    assert sizes(16 * GB) == {
        "shared_buffers": 4 * GB,
        "effective_cache_size": 12 * GB,
        "work_mem": 4 * GB // 100 // KB * KB,
        "maintenance_work_mem": GB,
        "max_wal_size": 4 * GB,
    }


def test_a_small_machine_gets_what_the_server_needs() -> None:
    assert sizes(256 * MB) == {
        "shared_buffers": 128 * MB,
        "effective_cache_size": 256 * MB,
        "work_mem": 4 * MB,
        "maintenance_work_mem": 64 * MB,
        "max_wal_size": 2 * GB,
    }


def test_a_large_machine_keeps_its_memory_for_its_files() -> None:
    assert sizes(1024 * GB) == {
        "shared_buffers": 8 * GB,
        "effective_cache_size": 768 * GB,
        "work_mem": 64 * MB,
        "maintenance_work_mem": GB,
        "max_wal_size": 8 * GB,
    }


@given(st.integers(min_value=512 * MB, max_value=4096 * GB))
def test_the_server_never_takes_more_than_half_for_itself(memory: int) -> None:
    size = sizes(memory)
    assert size["shared_buffers"] <= memory // 4 + KB
    assert size["shared_buffers"] + size["maintenance_work_mem"] <= memory // 2


def test_an_operator_may_choose() -> None:
    assert chosen(["shared_buffers=1GB", "Work-Mem = 8MB", "random_page_cost=1.1"]) == {
        "shared_buffers": "1GB",
        "work_mem": "8MB",
        "random_page_cost": "1.1",
    }


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ("shared_buffers", "A setting of PostgreSQL is given as name=value, not 'shared_buffers'."),
        ("=1GB", "A setting of PostgreSQL is given as name=value, not '=1GB'."),
        (
            "sharred_buffers=1GB",
            'PostgreSQL does not take sharred_buffers=1GB: unrecognized configuration parameter "sharred_buffers".',
        ),
        (
            "shared_buffers=purple",
            'PostgreSQL does not take shared_buffers=purple: invalid value for parameter "shared_buffers": "purple".',
        ),
        (
            "work_mem=1kB",
            "PostgreSQL does not take work_mem=1kB: "
            '1 kB is outside the valid range for parameter "work_mem" (64 kB .. 2147483647 kB).',
        ),
        (
            "listen_addresses=*",
            "The PostgreSQL setting listen_addresses is not yours to set: Addressee runs the server itself.",
        ),
        (
            "LOG-error-verbosity=verbose",
            "The PostgreSQL setting log_error_verbosity is not yours to set: Addressee runs the server itself.",
        ),
    ],
)
def test_what_cannot_be_set_is_refused(given: str, refusal: str) -> None:
    with pytest.raises(SetupError) as refused:
        chosen(["max_connections=50", given])
    assert str(refused.value) == refusal
