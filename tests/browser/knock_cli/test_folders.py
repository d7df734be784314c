"""`knock push` and `knock pull` of whole folders: what is pushed comes back byte for byte."""

from __future__ import annotations

from pathlib import Path

from tests.browser.knock_cli.command_line import KnockCommand, contents, copy_corpus


async def test_a_pushed_folder_is_pulled_again_byte_for_byte(knock: KnockCommand, folder: Path, tmp_path: Path) -> None:
    copy_corpus(folder)
    await knock.ok("push", "--knock-dir", ".")
    pushed = contents(folder)
    pulled = tmp_path / "pulled"
    await knock.ok("pull", "--knock-dir", str(pulled), "--force")
    own_paths = {path for path in pushed if path.startswith("workflows/own-paths/")}
    assert {path: text for path, text in contents(pulled).items() if "own-paths" not in path} == {
        path: text for path, text in pushed.items() if path not in own_paths
    }
    await knock.ok("pull", "--knock-dir", ".", "--force")
    assert contents(folder) == pushed
