"""`addressee migrate`."""

from pathlib import Path

from addressee.database.migrate import MIGRATIONS, VERSION
from tests.support.command import addressee


async def test_it_says_what_it_applied(tmp_path: Path) -> None:
    lines = [f"Applied {migration.name}." for migration in MIGRATIONS]
    last = f"The database is at version {VERSION}."
    first = await addressee("migrate", "--data-dir", tmp_path)
    assert (first.code, first.output.splitlines()) == (0, [*lines, last])
    again = await addressee("migrate", "--finish", "--data-dir", tmp_path)
    assert (again.code, again.output.splitlines()) == (0, [last])


async def test_it_needs_no_master_key(tmp_path: Path) -> None:
    await addressee("migrate", "--data-dir", tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["postgres"]
