"""Which Python Addressee is built with, and that it works on the oldest and the newest there is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FIND = ROOT / "tools" / "find-python"

# What differs between versions of Python first: types and schemas, the event loop, processes, the command, a client.
PART_OF_THE_SUITE = (
    "tests/channels",
    "tests/cli",
    "tests/database/embedded",
    "tests/directory/edits",
    "tests/directory/writing/test_writer.py",
    "tests/messaging/workflows/test_files.py",
    "tests/messaging/content/templating/test_liquid.py",
    "tests/messaging/test_worker.py",
    "tests/preferences",
    "tests/dialects/knock/test_users.py",
    "tests/dialects/suprsend/test_users.py",
    "tests/http/test_failures.py",
    "tests/test_library.py",
)

# A name of pyenv for a version that is not chosen.
SHIM = 'echo "pyenv: $0: command not found" >&2; exit 127'


class Machine:
    """A path on which nothing but these interpreters is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        for tool in ("sh", "bash", "sort", "tail", "head", "sed", "mktemp", "cut", "ls", "rm", "cat"):
            found = subprocess.run(["/bin/sh", "-c", f"command -v {tool}"], capture_output=True, text=True, check=True)
            (folder / tool).symlink_to(found.stdout.strip())

    def add(self, name: str, script: str, folder: Path | None = None) -> Path:
        file = (folder or self.folder) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    def add_python(self, name: str, version: str, folder: Path | None = None) -> str:
        """One that says of itself what the search asks."""
        return str(self.add(name, f'echo "{version} $0"', folder))

    def find(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.folder), "HOME": str(self.home)}
        return subprocess.run([FIND, *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_newest_that_runs_is_taken(machine: Machine) -> None:
    machine.add("python3.14", SHIM)
    machine.add("python3.13", 'echo "it has no venv (Debian: apt install python3.13-venv)" >&2; exit 1')
    newest = machine.add_python("python3.12", "3.12.4")
    oldest = machine.add_python("python3.11", "3.11.9")
    machine.add("python3", SHIM)
    assert machine.find("newest").stdout == f"{newest}\n"
    assert machine.find("oldest").stdout == f"{oldest}\n"


def test_a_name_without_a_version_will_do(machine: Machine) -> None:
    only = machine.add_python("python3", "3.15.0")
    assert machine.find("newest").stdout == f"{only}\n"


def test_the_real_one_says_what_it_is(machine: Machine) -> None:
    machine.add("python3", f'exec "{sys.executable}" "$@"')
    assert Path(machine.find("newest").stdout.strip()).exists()


def test_when_none_will_do_it_is_said_what_there_is(machine: Machine) -> None:
    shim = machine.add("python3.13", SHIM)
    old = machine.add("python3", 'echo "it is Python 3.9.2" >&2; exit 1')
    machine.add_python("python3", "3.12.1", machine.home / ".pyenv" / "versions" / "3.12.1" / "bin")
    found = machine.find("newest")
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.splitlines() == [
        "Python 3.11 or newer with venv is needed. What there is:",
        f"  {shim}: pyenv: {shim}: command not found",
        f"  {old}: it is Python 3.9.2",
        "pyenv has 3.12.1: choose it with PYENV_VERSION=3.12.1.",
        "Another one can be named: make PYTHON=/path/to/python3.13 …",
    ]


def test_on_a_machine_without_any_that_is_said(machine: Machine) -> None:
    assert machine.find("newest").stderr.splitlines()[1] == "  no Python at all"


def test_the_part_of_the_suite_is_there() -> None:
    assert [part for part in PART_OF_THE_SUITE if not (ROOT / part).exists()] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("which", ["oldest", "newest"])
def test_the_service_works_on(which: str, tmp_path: Path) -> None:
    """Builds an environment as `make` does, and runs a part of the suite in it."""
    found = subprocess.run([FIND, which, "--all"], capture_output=True, text=True, check=True)
    python = found.stdout.strip()
    if version_of(python) == version_of(sys.executable):
        pytest.skip(f"the {which} Python of this machine is the one that runs these tests")
    venv = tmp_path / "venv"
    subprocess.run(["make", "install", f"PYTHON={python}", f"VENV={venv}"], cwd=ROOT, check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [str(venv / "bin" / "pytest"), "-p", "no:cacheprovider", *PART_OF_THE_SUITE]
    tested = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout[-8000:]


def version_of(python: str) -> str:
    command = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
