"""The command `schema`: what editors complete and check files by."""

import msgspec

from addressee.messaging.workflows.files.schema import workflow_schema


def schema() -> None:
    print(msgspec.json.format(msgspec.json.encode(workflow_schema()), indent=2).decode())
