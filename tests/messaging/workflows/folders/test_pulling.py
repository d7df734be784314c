"""Pulling writes what an environment has, loses nothing unasked, and leaves no file half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from addressee.messaging.workflows.folders.pulling import UnsafePathError, carry_out, pull


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())


def files_in(root: Path) -> dict[str, str]:
    return {file.relative_to(root).as_posix(): file.read_bytes().decode() for file in root.rglob("*") if file.is_file()}


def test_an_empty_folder_gets_each_byte(tmp_path: Path) -> None:
    there = {"workflow a": {"workflows/a/workflow.json": "{}\r\n", "workflows/a/mail.html": "\ufeffé"}}
    planned = pull(tmp_path / "new", {}, there)
    assert (planned.new, planned.destroys) == (["workflows/a/mail.html", "workflows/a/workflow.json"], [])
    carry_out(tmp_path / "new", planned)
    assert files_in(tmp_path / "new") == there["workflow a"]


def test_what_is_alike_is_not_written(tmp_path: Path) -> None:
    files = {"workflows/a.yaml": "steps: []"}
    write(tmp_path, files)
    planned = pull(tmp_path, {"workflow a": files}, {"workflow a": files})
    assert (planned.texts, planned.new, planned.destroys) == ({}, [], [])


def test_files_that_differ_are_overwritten_and_those_of_the_definition_before_removed(tmp_path: Path) -> None:
    here = {"workflow a": {"workflows/a.yaml": "1", "workflows/a/mail.md": "2", "workflows/shared.md": "3"}}
    mine = {"workflow mine": {"workflows/mine.yaml": "4", "workflows/shared.md": "3"}}
    there = {"workflow a": {"workflows/a.yaml": "5"}}
    write(tmp_path, {**here["workflow a"], **mine["workflow mine"], "README.md": "6"})
    planned = pull(tmp_path, here | mine, there)
    assert (planned.overwritten, planned.removed) == (["workflows/a.yaml"], ["workflows/a/mail.md"])
    assert planned.destroys == ["workflows/a.yaml", "workflows/a/mail.md"]
    carry_out(tmp_path, planned)
    assert files_in(tmp_path) == {
        "workflows/a.yaml": "5",
        "workflows/mine.yaml": "4",
        "workflows/shared.md": "3",
        "README.md": "6",
    }
    assert not (tmp_path / "workflows" / "a").exists()


def test_a_file_that_nothing_in_the_folder_names_is_not_overwritten_unasked(tmp_path: Path) -> None:
    write(tmp_path, {"layouts/main.txt": "mine"})
    planned = pull(tmp_path, {}, {"layout main": {"layouts/main.txt": "theirs"}})
    assert planned.destroys == ["layouts/main.txt"]


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "1"})
    (tmp_path / "a.yaml").chmod(0o640)
    carry_out(tmp_path, pull(tmp_path, {}, {"workflow a": {"a.yaml": "2"}}))
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o640


def test_when_not_everything_can_be_written_nothing_is(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "1"})
    planned = pull(tmp_path, {}, {"workflow a": {"a.yaml": "2"}, "workflow b": {"b/workflow.json": "3"}})
    write(tmp_path, {"b": "a file where a folder should be"})
    with pytest.raises(OSError, match="b"):
        carry_out(tmp_path, planned)
    assert files_in(tmp_path) == {"a.yaml": "1", "b": "a file where a folder should be"}


@pytest.mark.parametrize("path", ["/etc/passwd", "../up", "a/../../up", "", "link/a", "a\\b", "file"])
def test_no_file_outside_of_the_folder_is_written(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    (root / "file").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafePathError):
        pull(root, {}, {"workflow a": {path: "x"}})
