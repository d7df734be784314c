"""Where an installation is, and its master key."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from addressee.database.errors import SetupError
from addressee.database.installation import Installation
from addressee.database.opening import open_database


def test_without_an_environment_it_is_in_the_current_folder() -> None:
    assert Installation.from_environment({}) == Installation(Path.cwd() / "addressee-data", None)


@pytest.mark.parametrize("url", [None, "postgresql://somewhere/addressee"])
def test_a_child_process_sees_the_same_installation(tmp_path: Path, url: str | None) -> None:
    installation = Installation(tmp_path, url)
    assert Installation.from_environment(installation.to_environment()) == installation


def test_an_embedded_server_that_was_never_started_is_missed(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"There is no database in .*: run `addressee serve`"):
        Installation(tmp_path).target()


def test_all_who_ask_for_the_master_key_at_once_get_the_same(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda _: installation.master_key(), range(8)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert [entry.name for entry in installation.data_dir.iterdir()] == ["master.key"]


def test_only_its_owner_reads_the_master_key(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    installation.master_key()
    assert stat.filemode((installation.data_dir / "master.key").stat().st_mode) == "-rw-------"
    assert stat.filemode(installation.data_dir.stat().st_mode) == "drwx------"


def test_the_environment_can_hold_the_master_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADDRESSEE_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    assert Installation(tmp_path).master_key() == bytes(range(32))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "too short", base64.b64encode(bytes(31)).decode(), "é" * 44])
def test_what_is_no_master_key_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "master.key").write_text(content)
    with pytest.raises(SetupError, match=r"master\.key does not hold a master key: 32 random bytes in base64"):
        Installation(tmp_path).master_key()


async def test_a_data_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = f"The data folder {tmp_path}/file cannot be made: File exists. Name another one by --data-dir or "
    with pytest.raises(SetupError, match=message):
        Installation(tmp_path / "file").master_key()
    with pytest.raises(SetupError, match=message):
        async with open_database(Installation(tmp_path / "file")):
            pass
