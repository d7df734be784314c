"""SDKs' source distributions: fetched once, checked against a lock file, unpacked, never committed."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.suites import Suite

TESTS = Path("tests/api_resources")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """The version that the lock file names, and the hashes of the files that may be used."""

    distribution: str
    version: str
    requirement: str

    @property
    def hashes(self) -> list[str]:
        return HASH.findall(self.requirement)

    @property
    def name(self) -> str:
        return f"{self.distribution}-{self.version}"


def locked(suite: Suite) -> Locked:
    """Raises ValueError when the lock file does not name the SDK."""
    pattern = rf"^{suite.distribution}==(\S+) \\\n(?: +--hash=.*\n)+"
    found = re.search(pattern, suite.lock_file.read_text(), re.MULTILINE)
    if found is None:
        raise ValueError(f"{suite.lock_file} does not name {suite.distribution}; run `make lock`.")
    return Locked(suite.distribution, found[1], found[0])


def unpacked(suite: Suite, replaced: Mapping[str, str], folder: Path) -> Path:
    """The SDK's sources below `folder`, with texts of its suite replaced.

    Raises ValueError when the archive is not the locked one.
    """
    wanted = locked(suite)
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{wanted.name}.tar.gz"
    if not archive.exists():
        fetch(wanted, folder)
    if hashlib.sha256(archive.read_bytes()).hexdigest() not in wanted.hashes:
        raise ValueError(f"{archive} is not the file that {suite.lock_file} names; delete it and try again.")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    replace_texts(folder / wanted.name / TESTS, replaced)
    return folder / wanted.name


def fetch(wanted: Locked, folder: Path) -> None:
    """Asks pip, which knows from its own settings where packages come from."""
    requirement = folder / "requirement.txt"
    requirement.write_text(wanted.requirement)
    only_its_source = ("--no-deps", "--no-binary", wanted.distribution, "--no-build-isolation", "--require-hashes")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *only_its_source, "--dest", folder, "--requirement", requirement], check=True)


def replace_texts(folder: Path, replaced: Mapping[str, str]) -> None:
    for file in folder.rglob("*.py"):
        text = file.read_text()
        for old, new in replaced.items():
            text = text.replace(old, new)
        file.write_text(text)
