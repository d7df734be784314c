"""Which file of the SDK is used: the lock file decides."""

from pathlib import Path

import pytest

from conformance.source import LOCK_FILE, locked, unpacked

LOCK = """httpx==1.0 \\
    --hash=sha256:{}
knockapi==1.33.0 \\
    --hash=sha256:{} \\
    --hash=sha256:{}
    # via addressee
librt==2.0 \\
    --hash=sha256:{}
""".format(*(digit * 64 for digit in "0123"))


def test_its_version_and_its_hashes() -> None:
    found = locked(LOCK)
    assert (found.name, found.version) == ("knockapi-1.33.0", "1.33.0")
    assert found.hashes == ["1" * 64, "2" * 64]
    assert found.requirement.splitlines()[0] == "knockapi==1.33.0 \\"


def test_a_lock_file_without_it() -> None:
    with pytest.raises(ValueError, match="make lock"):
        locked(LOCK.replace("knockapi", "other"))


def test_the_real_lock_file_names_it() -> None:
    assert len(locked(LOCK_FILE.read_text()).hashes) == 2


def test_an_archive_that_is_another_file_is_not_used(tmp_path: Path) -> None:
    name = locked(LOCK_FILE.read_text()).name
    (tmp_path / f"{name}.tar.gz").write_bytes(b"something else")
    with pytest.raises(ValueError, match="delete it and try again"):
        unpacked(tmp_path)
    assert not (tmp_path / name).exists()
