"""Which file of an SDK is used: a lock file decides."""

import hashlib
import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.source import locked, unpacked
from conformance.suites import KNOCK, SUITES, Suite

LOCK = """httpx==1.0 \\
    --hash=sha256:{}
knockapi==1.33.0 \\
    --hash=sha256:{} \\
    --hash=sha256:{}
    # via addressee
librt==2.0 \\
    --hash=sha256:{}
""".format(*(digit * 64 for digit in "0123"))

NAME = "knockapi-1.33.0"


def suite_of(folder: Path, lock: str) -> Suite:
    file = folder / "lock.txt"
    file.write_text(lock)
    return replace(KNOCK, lock_file=file)


def archive(folder: Path, text: str) -> str:
    """The hash of an archive that holds one test."""
    file = folder / f"{NAME}.tar.gz"
    with tarfile.open(file, "w:gz") as opened:
        entry = tarfile.TarInfo(f"{NAME}/tests/api_resources/users/test_a.py")
        entry.size = len(text)
        opened.addfile(entry, io.BytesIO(text.encode()))
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_its_version_and_its_hashes(tmp_path: Path) -> None:
    found = locked(suite_of(tmp_path, LOCK))
    assert (found.name, found.version) == (NAME, "1.33.0")
    assert found.hashes == ["1" * 64, "2" * 64]
    assert found.requirement.splitlines()[0] == "knockapi==1.33.0 \\"


def test_a_lock_file_without_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="make lock"):
        locked(suite_of(tmp_path, LOCK.replace("knockapi", "other")))


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES.keys())
def test_the_real_lock_files_name_it(suite: Suite) -> None:
    assert len(locked(suite).hashes) == 2


def test_no_two_suites_are_the_same() -> None:
    assert len({locked(suite).name for suite in SUITES.values()}) == len(SUITES)


def test_texts_are_replaced_in_the_copy(tmp_path: Path) -> None:
    lock = LOCK.replace("1" * 64, archive(tmp_path, 'channel_id="01HQ", other="01HR"'))
    sources = unpacked(suite_of(tmp_path, lock), {"01HQ": "id"}, tmp_path)
    assert (sources / "tests/api_resources/users/test_a.py").read_text() == 'channel_id="id", other="01HR"'


def test_an_archive_that_is_another_file_is_not_used(tmp_path: Path) -> None:
    archive(tmp_path, "something else")
    with pytest.raises(ValueError, match="delete it and try again"):
        unpacked(suite_of(tmp_path, LOCK), {}, tmp_path)
    assert not (tmp_path / NAME).exists()
