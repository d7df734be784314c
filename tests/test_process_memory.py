"""Processes that run for long give back the memory that they have freed."""

import os
import platform
from pathlib import Path

import pytest

from addressee.process_memory import trim

MEGABYTE = 1_000_000
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """The bytes of memory that this process occupies."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are not asked to")
def test_memory_that_is_freed_between_blocks_in_use_goes_back_to_the_system() -> None:
    blocks = [bytes(1000) for _ in range(100_000)]
    blocks = blocks[::1000]
    before = resident()
    trim()
    assert before - resident() > 80 * MEGABYTE
    assert len(blocks) == 100
