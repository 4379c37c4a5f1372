"""Charts of managers and actions: the funnel with its limits, and each action's effect beside what it was not about."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from csat_analysis.models.managers import WARNING, outer_coverage
from csat_analysis.report import charts, figures, wording
from csat_analysis.report.charts import Chart
from csat_analysis.report.drawing import PALETTE, SMALL, WIDE, axis_ticks, canvas, scale, write
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record

GAP, LIMIT, EFFECT, PLACEBO = "managers.against_expected", "managers.limit", "actions.effect", "actions.placebo"
LIMITS = ("warning", "action")
TONES = {"stands_out_above": "accent", "stands_out_below": "warn"}
HEIGHT, POINTS = 300, 60
Place = tuple[float, float]  # pixels across and down


def funnel_table(numbers: Numbers) -> pd.DataFrame:
    """A row a manager: name, value, precision (1 over the inner limit's square) and tone."""
    rows = []
    for record in (r for r in numbers.results.records if r.key == GAP and r.shown):
        group = {"manager": record.group["manager"]}
        limits = {name: numbers.results.get(LIMIT, limit=name, **group).value for name in LIMITS}
        tone = TONES.get(record.verdict, "context")
        rows.append(
            {
                "name": group["manager"],
                "value": record.value,
                "tone": tone,
                "precision": limits["warning"] ** -2,
                **limits,
            }
        )
    return pd.DataFrame(rows)


def funnel_figure(table: pd.DataFrame, words: dict[str, str], width: int = WIDE) -> Figure:
    """Each manager's difference over how sure it is, between curved limits; `table` as `funnel_table` makes it."""
    figure, ax = canvas(width, HEIGHT)
    left, right, top, bottom = 40, width - 14, 44, HEIGHT - 34
    highest = pd.concat([table["action"], table["value"].abs()]).max() * 1.08
    ticks = axis_ticks([pd.Series([-highest, highest])], (-100.0, 100.0), 6)
    y, low, high = (
        scale(-highest, highest, bottom, top),
        table["precision"].min() * 0.85,
        table["precision"].max() * 1.06,
    )
    x = scale(np.sqrt(low), np.sqrt(high), left, right)
    for tick in (t for t in ticks if abs(t) <= highest):
        ax.plot([left, right], [y(tick)] * 2, color=PALETTE["ink" if tick == 0 else "rule"], linewidth=1, clip_on=False)
        write(ax, left - 8, y(tick), f"{tick:g}".replace("-", "−"), size=SMALL, color="muted", align="right")
    along = np.linspace(np.sqrt(low), np.sqrt(high), POINTS)
    for place, (name, dashes) in enumerate((("warning", (2, 3)), ("action", (6, 3)))):
        times = float((table[name] * np.sqrt(table["precision"])).median())
        for sign in (1, -1):
            height = np.clip(sign * times / along, -highest, highest)
            ax.plot(x(along), y(height), color=PALETTE["muted"], linewidth=1.2, dashes=dashes, clip_on=False)
        start = left + place * (right - left) / 2
        ax.plot([start, start + 24], [14, 14], color=PALETTE["muted"], linewidth=1.2, dashes=dashes, clip_on=False)
        write(ax, start + 30, 14, words[name], size=SMALL, color="muted", align="left")
    rows = list(table.sort_values("value").itertuples())
    dots = [(float(x(np.sqrt(row.precision))), float(y(row.value))) for row in rows]
    placed: list[tuple[float, float]] = []
    for row, (across, up) in zip(rows, dots, strict=True):
        placed.append(free_place((across, up), placed, dots))
        tone = "ink" if row.tone == "context" else row.tone
        write(ax, *placed[-1], row.name, size=SMALL, color=tone, align="center", covering=True)
    for row, (across, up) in zip(rows, dots, strict=True):  # last: a label's paper covers no dot
        ax.plot([across], [up], "o", markersize=8, color=PALETTE[row.tone], markeredgewidth=0, clip_on=False, zorder=9)
    write(ax, left, HEIGHT - 12, words["few"], size=SMALL, color="muted", align="left")
    write(ax, right, HEIGHT - 12, words["many"], size=SMALL, color="muted", align="right")
    return figure


def free_place(dot: Place, labels: list[Place], dots: list[Place]) -> Place:
    """Where a dot's label stands: above it, below, or beside it, the first place that covers neither label nor dot; else higher."""
    across, up = dot
    beside = [(across + aside, up + down) for aside, down in ((0, -13), (0, 13), (23, 0), (-23, 0))]
    higher = [(across, up - 13 * place) for place in range(2, 12)]

    def free(at: Place) -> bool:
        return not any(abs(at[0] - a) < 30 and abs(at[1] - b) < 13 for a, b in labels) and not any(
            abs(at[0] - a) < 20 and abs(at[1] - b) < 10 for a, b in dots
        )

    return next((at for at in [*beside, *higher] if free(at)), beside[0])


def funnel_words(language: str, outer: float) -> dict[str, str]:
    limits = {"warning": ("managers.chart.inner", WARNING), "action": ("managers.chart.outer", outer)}
    said = {n: say(key, language, share=wording.percent_text(share, language)) for n, (key, share) in limits.items()}
    return said | {"few": say("managers.chart.few", language), "many": say("managers.chart.many", language)}


def compared(numbers: Numbers) -> int:
    """Managers among whom somebody could stand out."""
    return sum(r.key == LIMIT and r.group["limit"] == "action" for r in numbers.results.records)


def funnel_chart(numbers: Numbers) -> Chart | None:
    table, language = funnel_table(numbers), numbers.language
    if len(table) < 2:
        return None
    outside = table.loc[table["tone"] != "context", "name"].tolist()
    alt = (
        say("managers.chart.alt.stands", language, items=wording.list_text(outside, language))
        if outside
        else say("managers.chart.alt.none", language)
    )
    words = funnel_words(language, outer_coverage(compared(numbers)))
    return charts.chart(
        "managers-funnel",
        lambda width: funnel_figure(table, words, width),
        title=say("managers.chart", language),
        alt=alt,
    )


def about(numbers: Numbers, action: str) -> str:
    """X01 (After-sales service; West China)."""
    language = numbers.language
    found = next((r for r in numbers.results.records if r.key == "actions.waves" and r.group["action"] == action), None)
    if found is None:
        return action
    dimension, segment, level = (found.group[name] for name in ("dimension", "segment", "level"))
    what = say("managers.whole", language) if dimension == "index" else numbers.measure(dimension)
    who = say("managers.everybody", language) if segment == "everybody" else numbers.trait(segment, level)
    return say("managers.action.name", language, action=action, about=what, who=who)


def action_rows(numbers: Numbers) -> list[tuple[str, str, Record]]:
    rows = []
    for record in (r for r in numbers.results.records if r.key == EFFECT and r.shown):
        name, group = about(numbers, record.group["action"]), record.group
        rows.append((name, say("managers.actions.about", numbers.language), record))
        if numbers.results.has(PLACEBO, **group) and numbers.results.get(PLACEBO, **group).shown:
            rows.append((name, say("managers.actions.rest", numbers.language), numbers.results.get(PLACEBO, **group)))
    return rows


def actions_figure(numbers: Numbers, width: int = WIDE) -> Figure | None:
    rows = action_rows(numbers)
    if not rows:
        return None
    table = charts.rows_table(numbers, rows, {"worked": "accent"})
    table["label"] = [wording.number_text(r.value, r.unit, numbers.language, signed=True) for _, _, r in rows]
    table["tone"] = ["accent" if r.verdict == "worked" else "context" for _, _, r in rows]
    return figures.dot_interval(table, bounds=(-100.0, 100.0), width=width, reference=0.0)


def actions_chart(numbers: Numbers) -> Chart | None:
    language = numbers.language
    told = [row for row in action_rows(numbers) if row[2].key == EFFECT]
    if not told:
        return None
    items = [
        say("list.named", language, name=name, value=wording.number_text(r.value, r.unit, language, signed=True))
        for name, _, r in told
    ]
    return charts.chart(
        "managers-actions",
        lambda width: actions_figure(numbers, width),
        title=say("managers.actions.chart", language),
        alt=say("managers.actions.alt", language, items=wording.phrases_text(items, language)),
    )
