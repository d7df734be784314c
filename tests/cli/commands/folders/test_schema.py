"""`addressee schema`: the same schema as the service publishes."""

import json

from addressee.messaging.workflows.files.schema import workflow_schema
from tests.support.command import addressee


async def test_the_schema_of_workflows_is_shown() -> None:
    code, output, errors = await addressee("schema", "workflow")
    assert (code, errors) == (0, "")
    assert json.loads(output) == workflow_schema()
