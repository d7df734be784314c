"""Files and folders that only their owner can read. Files are on the disk before anything depends on them."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from addressee.database.environment_variables import DATA_DIR
from addressee.database.errors import SetupError


def make_data_folder(folder: Path) -> None:
    """Makes the data folder where it is missing. Raises SetupError when it cannot be made."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"The data folder {folder} cannot be made: {error.strerror}. Name another one by --data-dir or {DATA_DIR}."
        ) from None


def create_secret_file(path: Path, content: bytes) -> None:
    """Creates a complete file with mode 0600. An existing one is kept, also when several processes try."""
    descriptor, unfinished = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        Path(unfinished).unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
