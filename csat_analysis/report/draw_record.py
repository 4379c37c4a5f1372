"""One page that says how a sample was drawn, for the file: self-contained, in each of the programme's languages."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from csat_analysis.programme import Programme
from csat_analysis.report import wording
from csat_analysis.report.wording import say

DRAWS = {
    name: f"draw.rule.{name}" for name in ("equal_interval", "equal_groups", "top", "pps", "stratified", "all", "staff")
}
TWO_DECIMALS, COUNT, SHARE = "ratio", "count", "share"


def draw_record_page(record: dict[str, Any], programme: Programme) -> str:
    """The page of a draw record (as `csat draw` writes it to draw.json), one part a language."""
    templates = Environment(
        loader=PackageLoader(__package__, "template"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    style = Markup(templates.loader.get_source(templates, "style.css")[0])
    parts = [part(record, programme, language) for language in programme.languages]
    return templates.get_template("draw_record.html.j2").render(parts=parts, record=record, style=style)


def part(record: dict[str, Any], programme: Programme, language: str) -> dict[str, Any]:
    period = wording.period_text(record["period"], language, title=True)
    return {
        "say": lambda key, **parts: say(key, language, **parts),
        "language": say("page.language", language),
        "title": say("page.title", language, name=programme.name[language], period=period),
        "panels": [panel_row(panel, programme, language) for panel in record["panels"]],
        "strata": [stratum_row(s, panel, programme, language) for panel in record["panels"] for s in panel["strata"]],
        "facts": facts(record, language),
    }


def facts(record: dict[str, Any], language: str) -> list[str]:
    """What a reader must know beside the table."""
    said = [say("draw.frame.size", language, count=record["customers"])]
    said.append(say("draw.twice", language, count=record["in_two_panels"]))
    blank = sum(panel["without_order"] for panel in record["panels"])
    return said + ([say("draw.blank", language, count=blank)] if blank else [])


def panel_row(panel: dict[str, Any], programme: Programme, language: str) -> dict[str, str]:
    def number(value: float | None, unit: str) -> str:
        return "" if value is None else wording.number_text(value, unit, language)

    return {
        "panel": programme.label("panel", panel["panel"], language),
        "rule": say(DRAWS[panel["draw"] or "staff"], language),
        "column": panel["column"] or "",
        "asked": number(panel["asked"], COUNT),
        "coverage": number(panel["share_of_frame"], SHARE),
        "interval": number(panel["interval"], TWO_DECIMALS),
        "start": number(panel["start"], TWO_DECIMALS),
        "seed": "" if panel["seed"] is None else str(panel["seed"]),
    }


def stratum_row(stratum: dict[str, Any], panel: dict[str, Any], programme: Programme, language: str) -> dict[str, str]:
    level = programme.label("segment", panel["column"], language, stratum["stratum"])
    counts = {name: wording.number_text(stratum[name], COUNT, language) for name in ("customers", "asked")}
    return {"panel": programme.label("panel", panel["panel"], language), "stratum": level, **counts}
