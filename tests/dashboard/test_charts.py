"""Where the bars, lines and labels of a chart stand."""

from __future__ import annotations

import pytest

from addressee.dashboard.charts import PLOT, TOP, Line, Step, Tick, bar_chart, compact, nice_top

STEPS = [Step("12:00", "12:00"), Step("12:01"), Step("12:02", "12:02"), Step("12:03")]


def test_bars_are_as_high_as_their_share_of_the_top() -> None:
    chart = bar_chart(STEPS, [0, 4, 8, 1])
    assert [bar.height for bar in chart.bars] == [0, PLOT // 2, PLOT, PLOT // 8]
    assert [bar.y + bar.height for bar in chart.bars] == [TOP + PLOT] * 4
    assert [(bar.step_x, bar.step_width) for bar in chart.bars] == [
        ("0%", "25%"),
        ("25%", "25%"),
        ("50%", "25%"),
        ("75%", "25%"),
    ]
    assert [(bar.x, bar.width) for bar in chart.bars][:2] == [("2.5%", "20%"), ("27.5%", "20%")]
    assert [(bar.name, bar.number) for bar in chart.bars] == [("12:00", 0), ("12:01", 4), ("12:02", 8), ("12:03", 1)]
    assert (chart.total, chart.most) == (13, 8)


def test_lines_stand_at_nothing_at_the_half_and_at_the_top() -> None:
    lines = bar_chart(STEPS, [0, 4, 7, 1]).lines
    assert lines == [Line(TOP + PLOT, "0"), Line(TOP + PLOT // 2, "4"), Line(TOP, "8")]


def test_ticks_stand_where_their_steps_begin() -> None:
    assert bar_chart(STEPS, [0] * 4).ticks == [Tick("0%", "12:00"), Tick("50%", "12:02")]


def test_the_least_count_can_be_seen() -> None:
    chart = bar_chart(STEPS, [0, 0, 1, 100_000])
    assert [bar.height for bar in chart.bars] == [0, 0, 2, PLOT]


def test_a_chart_of_nothing_has_a_scale() -> None:
    chart = bar_chart(STEPS, [0] * 4)
    assert [line.label for line in chart.lines] == ["0", "1"]
    assert [bar.height for bar in chart.bars] == [0] * 4
    assert bar_chart([], []).bars == []


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (1, 1), (2, 2), (3, 4), (5, 6), (8, 8), (9, 10), (10, 10), (11, 20), (99, 100), (101, 200), (850, 1000)],
)
def test_the_top_is_a_number_that_is_easily_read(most: int, top: int) -> None:
    assert nice_top(most) == top


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (999, "999"), (1_000, "1k"), (1_500, "1.5k"), (20_000_000, "20m"), (4_000_000_000, "4bn")],
)
def test_large_numbers_are_shortened_on_the_axis(number: int, shown: str) -> None:
    assert compact(number) == shown
