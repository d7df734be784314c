"""The SDK's source distribution: fetched once, checked against the lock file, unpacked, never committed."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

DISTRIBUTION = "knockapi"
LOCK_FILE = Path("requirements/dev.txt")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """The version that the lock file names, and the hashes of the files that may be used."""

    version: str
    requirement: str

    @property
    def hashes(self) -> list[str]:
        return HASH.findall(self.requirement)

    @property
    def name(self) -> str:
        return f"{DISTRIBUTION}-{self.version}"


def locked(lock_file: str) -> Locked:
    """Raises ValueError when the lock file does not name the SDK."""
    found = re.search(rf"^{DISTRIBUTION}==(\S+) \\\n(?: +--hash=.*\n)+", lock_file, re.MULTILINE)
    if found is None:
        raise ValueError(f"{LOCK_FILE} does not name {DISTRIBUTION}; run `make lock`.")
    return Locked(found[1], found[0])


def unpacked(folder: Path) -> Path:
    """The SDK's sources below `folder`. Raises ValueError when the archive is not the locked one."""
    wanted = locked(LOCK_FILE.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{wanted.name}.tar.gz"
    if not archive.exists():
        fetch(wanted, folder)
    if hashlib.sha256(archive.read_bytes()).hexdigest() not in wanted.hashes:
        raise ValueError(f"{archive} is not the file that {LOCK_FILE} names; delete it and try again.")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / wanted.name


def fetch(wanted: Locked, folder: Path) -> None:
    """Asks pip, which knows from its own settings where packages come from."""
    requirement = folder / "requirement.txt"
    requirement.write_text(wanted.requirement)
    only_its_source = ("--no-deps", "--no-binary", DISTRIBUTION, "--no-build-isolation", "--require-hashes")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *only_its_source, "--dest", folder, "--requirement", requirement], check=True)
