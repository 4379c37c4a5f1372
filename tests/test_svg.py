"""A chart made small draws what matplotlib drew."""

import re
from html import unescape

import numpy as np
import pytest

from csat_analysis.report import drawing, svg


def made(draw) -> str:
    figure, ax = drawing.canvas(200, 100)
    draw(ax)
    return drawing.svg_text(figure, name="c", title="t", alt="a")


def test_a_path_keeps_a_tenth_of_a_pixel_and_says_level_and_upright_lines_by_one_coordinate():
    assert svg.path_data("M 34 182 \nL 534 182.04 \nL 534 90.26") == "M34 182H534V90.3"
    assert svg.path_data("M 0 0 C -1.19 4.5 2 4 3 -3.18 z") == "M0 0C-1.2 4.5 2 4 3-3.2z"
    assert svg.path_data("M -0.01 5 L 1e-16 6") == "M0 5V6"


def test_a_gap_in_a_line_stays_a_gap():
    assert svg.path_data("M 1 1 L 2 3 M 7 7 L 9 8") == "M1 1L2 3M7 7L9 8"


def test_a_line_of_one_point_draws_nothing_and_is_left_out():
    assert svg.path_data("M 5 5") == ""
    assert "<path" not in made(lambda ax: ax.plot([5], [5], color="#0b5f8f"))


def test_a_round_mark_is_a_circle_of_its_size_where_it_stands():
    drawn = made(lambda ax: ax.plot([40], [30], marker="o", markersize=9, color="#0b5f8f", markeredgewidth=0))
    assert '<circle class="accent" cx="40" cy="30" r="4.5"/>' in drawn


def test_other_marks_keep_their_shape():
    drawn = made(lambda ax: ax.plot([40], [30], marker="s", markersize=8, color="#b4510c", markeredgewidth=0))
    assert '<path class="warn area" transform="translate(40 30)" d="M-4 4H4V-4H-4z"/>' in drawn


def test_opaque_lines_of_one_look_become_one_path_and_see_through_ones_do_not():
    def two(ax, **look):
        for x in (10, 20):
            ax.plot([x, x], [10, 90], color="#dde2e7", linewidth=1, **look)

    assert len(re.findall("<path", made(two))) == 1 and "M10 10V90M20 10V90" in made(two)
    assert len(re.findall("<path", made(lambda ax: two(ax, alpha=0.5)))) == 2


def test_what_lies_in_front_stays_in_front():
    def layers(ax):
        ax.plot([10, 90], [50, 50], color="#dde2e7", linewidth=1, zorder=1)
        ax.fill_between([20, 40], [40, 40], [60, 60], color="#ffffff", linewidth=0, zorder=2)
        ax.plot([10, 90], [55, 55], color="#dde2e7", linewidth=1, zorder=3)

    assert re.findall(r'class="(rule|ground)', made(layers)) == ["rule", "ground", "rule"]


def test_a_colour_outside_the_palette_is_kept_as_it_is():
    assert 'style="fill:none;stroke:#123456"' in made(lambda ax: ax.plot([1, 9], [1, 9], color="#123456"))


def test_words_survive_with_their_special_characters_and_turned_text_stays_turned():
    drawn = made(lambda ax: ax.text(50, 50, "R&D < 满意", rotation=90, family=drawing.FONTS["font.family"]))
    assert "R&D < 满意" in unescape(drawn) and re.search(r'transform="[^"]*rotate\(-90', drawn)


def test_what_cannot_be_drawn_stops_the_chart_and_is_not_lost():
    with pytest.raises(ValueError, match="<image>"):
        made(lambda ax: ax.imshow(np.eye(2)))
    with pytest.raises(ValueError, match="hatched"):
        made(lambda ax: ax.bar([50], [40], hatch="//", width=20))


def test_every_word_for_a_look_or_colour_has_its_rule_in_the_style():
    for word in (*svg.LOOKS, *svg.PALETTE, "area", "outlined", "hollow"):
        assert f".drawn .{word}" in svg.STYLE


def test_a_file_of_its_own_brings_its_style_and_a_page_says_it_once():
    drawn = made(lambda ax: ax.plot([1, 9], [1, 9], color="#0b5f8f"))
    assert svg.STYLE not in drawn and svg.standalone(drawn).count(svg.STYLE) == 1
    assert svg.standalone(drawn).replace(f"<style>\n{svg.STYLE}\n</style>", "") == drawn


def test_scaffolding_is_gone():
    drawn = made(lambda ax: ax.plot([10, 90], [10, 50], color="#0b5f8f"))
    assert drawn.count("<g") == 0 and "opacity" not in drawn and "xlink" not in drawn
