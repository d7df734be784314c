"""An installation of addressee: its data folder, its database and its master key."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from addressee.database.embedded.cluster import Cluster
from addressee.database.environment_variables import DATA_DIR, DATABASE_URL, DEFAULT_DATA_DIR, MASTER_KEY
from addressee.database.errors import SetupError
from addressee.database.sealing import MASTER_KEY_BYTES
from addressee.database.secret_files import create_secret_file, make_data_folder
from addressee.database.target import Target


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation. `database_url` names the operator's own server; None: the embedded one in `data_dir`."""

    data_dir: Path
    database_url: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        return cls(
            data_dir=Path(environment.get(DATA_DIR) or DEFAULT_DATA_DIR).absolute(),
            database_url=environment.get(DATABASE_URL) or None,
        )

    def to_environment(self) -> dict[str, str]:
        """Returns the variables that give a child process the same installation."""
        return {DATA_DIR: str(self.data_dir.absolute()), DATABASE_URL: self.database_url or ""}

    @property
    def postgres_folder(self) -> Path:
        """The folder of the embedded server."""
        return self.data_dir / "postgres"

    def target(self) -> Target:
        """Returns how to connect. Another process runs the embedded server.

        Raises SetupError when that was never started.
        """
        if self.database_url is not None:
            return Target.from_url(self.database_url)
        return Cluster(self.postgres_folder).target()

    def master_key(self) -> bytes:
        """Returns the 32 bytes of the master key, from the environment, else from a file that is made once.

        Raises SetupError when what it finds is not such a key.
        """
        if encoded := os.environ.get(MASTER_KEY):
            return decode_master_key(encoded, MASTER_KEY)
        file = self.data_dir / "master.key"
        if not file.exists():
            make_data_folder(self.data_dir)
            create_secret_file(file, base64.b64encode(secrets.token_bytes(MASTER_KEY_BYTES)) + b"\n")
        return decode_master_key(file.read_text(), str(file))


def decode_master_key(encoded: str, source: str) -> bytes:
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        raise SetupError(
            f"{source} does not hold a master key: {MASTER_KEY_BYTES} random bytes in base64 "
            f"(openssl rand -base64 {MASTER_KEY_BYTES})."
        )
    return key
