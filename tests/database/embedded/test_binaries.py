"""The programs of the embedded server, and the copy for an account that cannot reach them."""

import os
import subprocess
from pathlib import Path

import pytest

from addressee.database.embedded.binaries import MAJOR_VERSION, PROGRAMS, can_run, copy_programs, programs_for
from addressee.processes import Account

NOBODY = Account(65534, 65534)


def version_of(programs: Path) -> str:
    finished = subprocess.run([programs / "initdb", "--version"], capture_output=True, text=True, check=True)
    return finished.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Below a folder that only its owner enters."""
    folder = tmp_path_factory.mktemp("private") / "lib"
    folder.parent.chmod(0o700)
    installed = programs_for(None).parents[2]
    copy_programs(installed, folder / "copy")
    copy_programs(installed, folder / "copy")
    return folder / "copy"


def test_a_copy_runs_with_the_libraries_beside_it(copy: Path) -> None:
    assert version_of(copy / PROGRAMS / "bin").startswith(f"initdb (PostgreSQL) {MAJOR_VERSION}.")
    assert [entry.name for entry in copy.parent.iterdir()] == ["copy"]


def test_everyone_may_read_a_copy_whatever_the_umask(copy: Path) -> None:
    modes = {oct(path.stat().st_mode & 0o777) for path in (copy, *copy.rglob("*"))}
    assert modes == {"0o755", "0o644"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try another account")
def test_an_account_that_cannot_reach_the_programs_is_noticed(copy: Path) -> None:
    assert not can_run(copy, NOBODY)
    assert can_run(copy, Account(0, 0))
