from dataclasses import replace
from pathlib import Path

from addressee.channels.email.outbox import OutboxSender
from addressee.channels.sender import Failed, Failure
from tests.channels.test_senders import EMAIL


async def test_sending_again_overwrites_the_file(tmp_path: Path) -> None:
    sender = OutboxSender(tmp_path / "outbox")
    await sender.send(EMAIL)
    await sender.send(replace(EMAIL, subject="Second try"))
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == f"{EMAIL.id}.eml"
    assert b"Subject: Second try" in file.read_bytes()


async def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    result = await OutboxSender(tmp_path / "taken").send(EMAIL)
    assert result == Failed(Failure.TEMPORARY, f"{tmp_path / 'taken'} cannot be written: File exists")
