"""Differences between a folder and an environment."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from addressee.messaging.workflows.folders.differences import FileDifference, differences


def test_what_is_alike_has_no_differences() -> None:
    things = {"workflow hello": {"workflows/hello.yaml": "steps: []\n"}}
    assert not differences(things, things)


def test_things_that_one_has_and_files_of_those_in_both() -> None:
    here = {
        "workflow a": {"workflows/a.yaml": "1"},
        "layout b": {"layouts/b.liquid": "x", "layouts/b.text.liquid": "y"},
    }
    there = {"layout b": {"layouts/b.liquid": "z"}, "variables": {"variables.yaml": "a: 1"}}
    found = differences(here, there)
    assert found
    assert (found.only_here, found.only_there) == (["workflow a"], ["variables"])
    assert found.files == [
        FileDifference("layouts/b.liquid", "x", "z"),
        FileDifference("layouts/b.text.liquid", "y", None),
    ]


def test_a_difference_is_shown_from_the_environment_to_the_folder() -> None:
    changed = FileDifference("workflows/a.yaml", "name: B\nsteps: []\n", "name: A\nsteps: []\n")
    assert list(changed.lines("production")) == [
        "--- production/workflows/a.yaml",
        "+++ workflows/a.yaml",
        "@@ -1,2 +1,2 @@",
        "-name: A",
        "+name: B",
        " steps: []",
    ]


def test_a_last_line_that_does_not_end_is_told() -> None:
    assert list(FileDifference("a", "x", None).lines("production")) == [
        "--- /dev/null",
        "+++ a",
        "@@ -0,0 +1 @@",
        "+x",
        "\\ No newline at end of file",
    ]


TEXTS = st.lists(st.sampled_from(["a", "b", "", "\u2028", "c\r"]), max_size=6).flatmap(
    lambda lines: st.sampled_from(["\n".join(lines), "\n".join(lines) + "\n"])
)


@given(TEXTS, TEXTS)
@settings(max_examples=30)
def test_a_patch_with_a_difference_makes_the_folder_of_the_environment(here: str, there: str) -> None:
    with TemporaryDirectory() as place:
        file = Path(place) / "file"
        file.write_bytes(there.encode())
        shown = "\n".join(FileDifference("file", here, there).lines("production"))
        subprocess.run(
            ["patch", "--binary", "--silent", "--posix", file],
            input=f"{shown}\n".encode() if shown else b"",
            check=True,
        )
        assert (file.read_bytes() if file.exists() else b"") == here.encode()
