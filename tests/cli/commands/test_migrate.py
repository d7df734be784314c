"""`addressee migrate`."""

from pathlib import Path

from addressee.database.migrate import MIGRATIONS, VERSION
from tests.support.command import addressee


async def test_it_says_what_it_applied_and_needs_no_master_key(tmp_path: Path) -> None:
    lines = [f"Applied {migration.name}." for migration in MIGRATIONS]
    migrated = await addressee("migrate", "--data-dir", tmp_path)
    assert migrated.output.splitlines() == [*lines, f"The database is at version {VERSION}."]
    assert [entry.name for entry in tmp_path.iterdir()] == ["postgres"]
