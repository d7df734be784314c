"""Runs the embedded server of a folder until it is killed: `python -m tests.support.run_server FOLDER`."""

import asyncio
import sys
from pathlib import Path

from addressee.database.embedded.server import EmbeddedPostgres
from tests.support.servers import CARELESS


async def main() -> None:
    async with EmbeddedPostgres(Path(sys.argv[1]), settings=CARELESS) as server:
        print("ready", flush=True)
        await server.service.running


if __name__ == "__main__":
    asyncio.run(main())
