"""How much memory there is to share out."""

from pathlib import Path

from addressee.database.embedded.memory import limits, machine_memory, memory_bytes

GB = 1024**3


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def limits_in(folder: Path, groups: str) -> list[int]:
    write(folder / "cgroup", groups)
    return list(limits(folder / "cgroup", (folder / "unified", "memory.max"), (folder / "legacy", "limit")))


def test_each_group_that_a_process_is_in_limits_it(tmp_path: Path) -> None:
    write(tmp_path / "unified" / "memory.max", "max\n")
    write(tmp_path / "unified" / "system" / "memory.max", f"{4 * GB}\n")
    write(tmp_path / "unified" / "system" / "addressee" / "memory.max", f"{2 * GB}\n")
    assert limits_in(tmp_path, "0::/system/addressee\n") == [2 * GB, 4 * GB]


def test_groups_of_the_older_kind_limit_too(tmp_path: Path) -> None:
    write(tmp_path / "legacy" / "limit", f"{3 * GB}\n")
    write(tmp_path / "unified" / "memory.max", "max\n")
    assert limits_in(tmp_path, "5:cpu,cpuacct:/\n4:memory:/docker/1234\n0::/\n") == [3 * GB]


def test_without_groups_there_is_no_limit(tmp_path: Path) -> None:
    assert list(limits(tmp_path / "nothing")) == []


def test_there_is_never_more_than_the_machine_has() -> None:
    assert 0 < memory_bytes() <= machine_memory()
