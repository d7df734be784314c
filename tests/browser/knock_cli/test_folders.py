"""`knock push` and `knock pull` of whole folders: what is pushed comes back byte for byte."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from tests.browser.knock_cli.command_line import KnockCommand, contents, copy_corpus


async def test_a_pushed_folder_is_pulled_again_byte_for_byte(knock: KnockCommand, folder: Path, tmp_path: Path) -> None:
    copy_corpus(folder)
    await knock.ok("push", "--knock-dir", ".")
    pushed = contents(folder)
    pulled = tmp_path / "pulled"
    await knock.ok("pull", "--knock-dir", str(pulled), "--force")
    with_names_of_its_own = "workflows/own-paths/"
    expected = {path: text for path, text in pushed.items() if not path.startswith(with_names_of_its_own)}
    assert {path: text for path, text in of_the_same(pushed, pulled).items() if path in expected} == expected
    assert [path for path in of_the_same(pushed, pulled) if not path.startswith(with_names_of_its_own)] == [*expected]
    await knock.ok("pull", "--knock-dir", ".", "--force")
    assert of_the_same(pushed, folder) == pushed


def of_the_same(pushed: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Returns what a folder holds of the resources that were pushed, without those of other tests."""
    resources = {PurePosixPath(path).parts[:2] for path in pushed}
    return {path: text for path, text in contents(folder).items() if PurePosixPath(path).parts[:2] in resources}
