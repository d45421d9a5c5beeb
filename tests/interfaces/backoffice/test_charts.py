"""Charts as numbers: heights in proportion, a scale whose steps are round."""

from hypothesis import given
from hypothesis import strategies as st

from fairday.interfaces.backoffice.charts import HEIGHT, WIDTH, bar_chart, scale_top


def test_bars_stand_in_proportion() -> None:
    chart = bar_chart([0, 50, 100])
    assert [bar.height for bar in chart.bars] == [0, HEIGHT * 50 / 120, HEIGHT * 100 / 120]
    assert [mark.value for mark in chart.marks] == [0, 30, 60, 90, 120]


def test_nothing_sold_is_an_empty_chart() -> None:
    chart = bar_chart([0, 0])
    assert [bar.height for bar in chart.bars] == [0, 0]
    assert [mark.value for mark in chart.marks] == [0]
    assert bar_chart([]).bars == ()


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=60))
def test_every_bar_is_inside(values: list[int]) -> None:
    chart = bar_chart(values)
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= HEIGHT
        assert abs(bar.y + bar.height - HEIGHT) < 0.02


@given(st.integers(1, 10**12))
def test_the_scale_holds_the_highest_and_is_no_waste(highest: int) -> None:
    top = scale_top(highest)
    assert top >= highest
    assert top % 4 == 0
    assert top <= max(4, 2 * highest)
