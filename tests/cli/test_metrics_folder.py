"""The folder of a service's metrics is its own, and is removed by the next one if it could not."""

import os
import tempfile
from pathlib import Path

import pytest

from addressee.cli.metrics_folder import hold, metrics_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_each_service_has_one_of_its_own_and_removes_it(temporary: Path) -> None:
    with metrics_folder() as one, metrics_folder() as another:
        (one / "counter_1.db").touch()
        assert sorted(temporary.iterdir()) == sorted([one, another])
        assert oct(one.stat().st_mode)[-3:] == "700"
    assert list(temporary.iterdir()) == []


def test_one_that_was_left_behind_is_removed_by_the_next(temporary: Path) -> None:
    left = temporary / "addressee-metrics-left"
    left.mkdir()
    (left / "counter_1.db").touch()
    os.close(hold(left))
    with metrics_folder() as folder:
        assert list(temporary.iterdir()) == [folder]


def test_what_is_not_known_to_be_left_behind_stays(temporary: Path) -> None:
    """A folder that is just being made has no lock yet; a link may lead anywhere."""
    beginning, elsewhere, link = (temporary / name for name in ("addressee-metrics-1", "else", "addressee-metrics-2"))
    beginning.mkdir()
    elsewhere.mkdir()
    os.close(hold(elsewhere))
    link.symlink_to(elsewhere)
    with metrics_folder() as folder:
        assert sorted(temporary.iterdir()) == sorted([beginning, elsewhere, link, folder])
    assert (elsewhere / "lock").exists()
