"""Charts say what their table says, the same way every time, and read aloud."""

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from csat_analysis.report import figures
from csat_analysis.report.svg import LOOKS, PLAIN

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def waves() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["上半年", "下半年"],
            "group": ["2025年", "2025年"],
            "value": [66.0, 71.0],
            "low": [64.0, 69.0],
            "high": [68.0, 73.0],
            "label": ["66.0", "71.0"],
        }
    )


@pytest.fixture
def groups() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["大区", "大区", "行业"],
            "name": ["华东", "华北", "餐饮"],
            "value": [75.0, 65.0, None],
            "low": [72.0, 62.0, None],
            "high": [78.0, 68.0, None],
            "label": ["75.0", "65.0", "样本过少，不予显示"],
            "tone": ["accent", "warn", "context"],
        }
    )


def drawn(figure, name: str = "chart") -> ElementTree.Element:
    return ElementTree.fromstring(figures.svg_text(figure, name=name, title="走势", alt="由 66.0 至 71.0"))


def texts(svg: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()).strip() for text in svg.iter(f"{SVG}text")]


def dot_places(svg: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(dot.get("cx")), float(dot.get("cy"))) for dot in svg.iter(f"{SVG}circle")]


def corners(d: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a rectangle that is drawn by M, H and V."""
    across = [float(x) for x in re.findall(r"[MH](-?[\d.]+)", d)]
    down = [float(y) for pair in re.findall(r"M-?[\d.]+ ?(-?[\d.]+)|V(-?[\d.]+)", d) for y in pair if y]
    return min(across), min(down), max(across), max(down)


def sized(svg: str) -> list[dict[str, str]]:
    """The looks of its text that say a size: what every text is unless it says otherwise, and each class used."""
    used = {word for words in re.findall(r'<text class="([^"]*)"', svg) for word in words.split()}
    return [look for look in (PLAIN, *(LOOKS[word] for word in used & LOOKS.keys())) if "font-size" in look]


def test_a_later_higher_value_stands_further_right_and_further_up(waves):
    (x_first, y_first), (x_last, y_last) = dot_places(drawn(figures.trend(waves, bounds=(0, 100))))
    assert x_last > x_first and y_last < y_first


def test_dots_stand_as_far_apart_as_their_values(groups):
    """75 and 65 are ten points apart; a reference at 70 must lie half way between their dots."""
    svg = drawn(figures.dot_interval(groups, bounds=(0, 100), reference=70.0, reference_label="全部客户 70.0"))
    (x_high, _), (x_low, _) = dot_places(svg)
    label = next(text for text in svg.iter(f"{SVG}text") if "".join(text.itertext()) == "全部客户 70.0")
    assert float(label.get("x")) == pytest.approx((x_high + x_low) / 2, abs=0.1)


def test_a_missing_value_is_words_and_no_dot(groups):
    svg = drawn(figures.dot_interval(groups, bounds=(0, 100)))
    assert len(dot_places(svg)) == 2 and "样本过少，不予显示" in texts(svg)


def test_a_period_without_a_number_leaves_a_gap_in_the_line(waves):
    apart = pd.concat([waves, waves], ignore_index=True)
    apart.loc[1, ["value", "low", "high", "label"]] = [None, None, None, "–"]
    svg = drawn(figures.trend(apart, bounds=(0, 100)))
    assert len(dot_places(svg)) == 3 and "–" in texts(svg)
    lines = [path.get("d") for path in svg.iter(f"{SVG}path") if path.get("class") == "context"]
    assert any(line.count("M") == 2 for line in lines if line)


def test_a_value_interrupts_the_line_behind_it(waves):
    """The label of the first wave stands where the dashed line of the reference would strike it through."""
    shapes = list(drawn(figures.trend(waves, bounds=(0, 100), reference=68.9)))
    label = next(place for place, shape in enumerate(shapes) if shape.tag == f"{SVG}text" and shape.text == "66.0")
    assert shapes[label - 1].get("class") == "ground area"
    x, y = float(shapes[label].get("x")), float(shapes[label].get("y"))
    left, top, right, bottom = corners(shapes[label - 1].get("d"))
    assert left < x < right and top < y < bottom
    assert any(shape.get("class") == "ink dashed" for shape in shapes[: label - 1])


def test_chinese_stays_text_and_a_year_is_written_once(waves):
    written = texts(drawn(figures.trend(waves, bounds=(0, 100))))
    assert written.count("2025年") == 1 and "上半年" in written and "71.0" in written


def test_the_same_table_gives_the_same_bytes(waves):
    first, second = (
        figures.svg_text(figures.trend(waves, bounds=(0, 100)), name="t", title="t", alt="a") for _ in range(2)
    )
    assert first == second


def test_the_finding_is_read_aloud(waves):
    svg = drawn(figures.trend(waves, bounds=(0, 100)))
    assert (
        svg.get("role") == "img"
        and svg.find(f"{SVG}title").text == "走势"
        and svg.find(f"{SVG}desc").text == "由 66.0 至 71.0"
    )
    assert svg.get("aria-labelledby").split() == [svg.find(f"{SVG}title").get("id"), svg.find(f"{SVG}desc").get("id")]


def test_two_charts_in_one_page_share_no_id(waves, groups):
    one = figures.svg_text(figures.trend(waves, bounds=(0, 100)), name="one", title="t", alt="a")
    two = figures.svg_text(figures.dot_interval(groups, bounds=(0, 100)), name="two", title="t", alt="a")
    assert not set(re.findall(r'\bid="([^"]+)"', one)) & set(re.findall(r'\bid="([^"]+)"', two))


def test_a_chart_holds_no_font_size_below_what_can_be_read(groups):
    svg = figures.svg_text(
        figures.dot_interval(groups, bounds=(0, 100), width=figures.NARROW), name="n", title="t", alt="a"
    )
    said = re.findall(r'font-size="(\d+)px"', svg) + [look["font-size"].removesuffix("px") for look in sized(svg)]
    assert min(int(size) for size in said) >= 12
    assert f'viewBox="0 0 {figures.NARROW} ' in svg


def test_ticks_stay_inside_the_scale_and_hold_the_values():
    ticks = figures.axis_ticks([pd.Series([97.0, 99.5])], (0, 100), 5)
    assert ticks[-1] <= 100 and ticks[0] <= 97 and len(ticks) >= 2


def test_no_value_lies_beyond_the_ticks_where_the_scale_has_no_round_end():
    ticks = figures.axis_ticks([pd.Series([-21.9, 18.0])], (-22.9, 22.9), 6)
    assert ticks[0] <= -21.9 and ticks[-1] >= 18.0
    assert figures.axis_ticks([pd.Series([0.0, 100.0])], (0, 100), 6) == [0, 20, 40, 60, 80, 100]


def test_long_names_break_into_lines_that_fit_and_lose_nothing():
    for name in (
        "competitiveness against substitutes, fit with demand",
        "与替代品的竞争能力、符合消费趋势以及与其他公司相比",
    ):
        lines = figures.wrap(name, 13, 120)
        assert len(lines) > 1 and all(figures.text_width(line, 13) <= 120 for line in lines)
        assert "".join(lines).replace(" ", "") == name.replace(" ", "")


def test_a_line_never_starts_with_closing_punctuation():
    assert not any(line[0] in "、，）" for line in figures.wrap("产品的间接获利能力（带动其他销售）、市场前景", 13, 60))
