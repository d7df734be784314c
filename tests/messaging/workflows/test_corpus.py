"""The corpus: folders that together use every step and setting, each pushed and played through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.messaging.office import Office
from tests.messaging.scenarios import play, read_scenario

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in CORPUS.glob("*/scenario.yaml")))
async def test_a_folder(office: Office, name: str) -> None:
    await play(office, CORPUS / name / "push", read_scenario(CORPUS / name / "scenario.yaml"))
