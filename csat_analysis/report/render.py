"""The stakeholders' report: sections and the whole page, in one language, from recorded results alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from csat_analysis.errors import ResultError
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.report import (
    appendix,
    drivers,
    explained,
    managers,
    message_tables,
    repurchase,
    sections,
    svg,
    where,
    wording,
)
from csat_analysis.report.charts import Chart
from csat_analysis.report.customers_and_service import customers_and_service
from csat_analysis.report.glossary import glossary
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.view import View
from csat_analysis.report.voice import voice
from csat_analysis.results import Results

SECTIONS = {
    "overview": sections.overview,
    "explained": explained.explained,
    "where": where.where,
    "repurchase": repurchase.repurchase,
    "drivers": drivers.drivers,
    "customers_and_service": customers_and_service,
    "voice": voice,
    "managers": managers.managers,
    "belief": appendix.belief,
    "glossary": glossary,
}
TITLES = {
    "overview": "overview.title",
    "explained": "explained.title",
    "where": "where.title",
    "repurchase": "repurchase.title",
    "drivers": "drivers.title",
    "customers_and_service": "customers_and_service.title",
    "voice": "voice.title",
    "managers": "managers.title",
    "belief": "belief.title",
    "glossary": "glossary.title",
}
OTHER_LANGUAGE = {"zh": "en", "en": "zh"}


class Report:
    """The report of one period in one language.

    `sections` names the sections that have content, in order; `section(name)` is one as HTML; `page()` is the
    self-contained page made of the same strings; `figures` holds every chart as SVG by name. Every number comes from
    `results`: one that no notebook recorded is a ResultError.

    facts  what isn't an estimate: previous (period or None), fieldwork (first and last day, ISO, or None), weights
           (design, own, none), not_supplied (tables), standard_from (a period, "fixed" or None), questionnaire_changed,
           stand_ins (columns), quotations ((theme, source, text), released and masked), commit.
    """

    def __init__(self, results: Results, programme: Programme, period: Period, language: str, *, facts: dict[str, Any]):
        self.view = View(results, programme, period, language, facts, Numbers(results, programme, language))
        self._rendered: dict[str, str] = {}
        self._templates = Environment(
            loader=PackageLoader(__package__, "template"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            say=self.view.say,
            numbers=self.view.numbers,
            view=self.view,
            verdicts=message_tables.VERDICTS,
            worded=wording.worded,
        )

    @cached_property
    def contents(self) -> dict[str, dict[str, Any]]:
        """Section → what its template shows."""
        found = {name: build(self.view) for name, build in SECTIONS.items()}
        return {name: content for name, content in found.items() if content}

    @property
    def sections(self) -> list[str]:
        return list(self.contents)

    def section(self, name: str) -> str:
        """One section as HTML, as it stands in the page."""
        if name not in self._rendered:
            place = self.sections.index(name) + 1
            html = self._render(f"{name}.html.j2", section=self.contents[name], name=name, number=place)
            self._rendered[name] = wording.keep_together(html)
        return self._rendered[name]

    def section_for_notebook(self, name: str) -> str:
        """One section with the style and popovers that it needs to be read alone, among the analysts' notebooks."""
        if name not in self.contents:
            raise ResultError(f"the report has no section {name!r} this time; it has {', '.join(self.sections)}")
        alone = self._render(
            "alone.html.j2", section=Markup(self.section(name)), popovers=self._popovers([name]), style=self._style
        )
        rules = f'href="../report.{self.view.language}.html#rule-'
        return alone.replace('href="notebooks/', 'href="').replace('href="#rule-', rules)

    def page(self) -> str:
        """The whole page: one file, no script, no request."""
        return self._render(
            "page.html.j2",
            sections=[Markup(self.section(name)) for name in self.sections],
            names=self.sections,
            titles=TITLES,
            popovers=self._popovers(self.sections),
            style=self._style,
            other=OTHER_LANGUAGE[self.view.language],
            title=self.view.period_title(self.view.period),
            about=self._about(),
            footer=self._footer(),
        )

    @property
    def figures(self) -> dict[str, str]:
        return {
            name: drawing
            for content in self.contents.values()
            for chart in charts_in(content)
            for name, drawing in chart.drawings.items()
        }

    def _popovers(self, names: list[str]) -> list[dict[str, object]]:
        html = "".join(self.section(name) for name in names)
        return self.view.numbers.popovers(
            [place for place in self.view.numbers.used if f'popovertarget="{place}"' in html]
        )

    def _about(self) -> list[str]:
        """Under the title: when people answered, how many answers the index rests on, how to read a number."""
        view, about = self.view, []
        if dates := view.facts["fieldwork"]:
            about.append(view.say("page.fieldwork", dates=wording.dates_text(*dates, view.language)))
        index = view.shown("satisfaction.index")
        if index and index.n is not None:
            about.append(view.say("page.answers", answers=wording.number_text(index.n, "count", view.language)))
        return [*about, view.say("page.hint")]

    def _footer(self) -> Markup:
        commit = self.view.facts["commit"]
        made = [self.view.say("page.commit", commit=commit)] if commit else []
        return self.view.sentences(self.view.say("page.generated"), *made)

    @cached_property
    def _style(self) -> Markup:
        return Markup(self._templates.loader.get_source(self._templates, "style.css")[0] + svg.STYLE)

    def _render(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)


def charts_in(content: object) -> Iterator[Chart]:
    """Every chart in a section's content, however deep."""
    if isinstance(content, Chart):
        yield content
    elif isinstance(content, dict):
        for part in content.values():
            yield from charts_in(part)
    elif isinstance(content, list):
        for part in content:
            yield from charts_in(part)
