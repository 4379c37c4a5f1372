"""The report's words: messages/ in the reader's language, and numbers, dates and lists as that language writes them.

Wording phrases, it doesn't judge: which sentence is said follows from a record's verdict word through the tables below.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from importlib import resources

import yaml
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

from csat_analysis import programme
from csat_analysis.errors import ResultError
from csat_analysis.period import Period
from csat_analysis.results import Record
from csat_analysis.verdicts import RULES

LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
MINUS = "−"
UNITS = {  # unit → factor and decimals as shown; shares and probabilities are shown in percent
    "points": (1, 1),
    "nps_points": (1, 1),
    "share": (100, 1),
    "probability": (100, 2),
    "CNY": (1, 0),
    "days": (1, 1),
    "hours": (1, 1),
    "count": (1, 0),
    "ratio": (1, 2),
    "score": (1, 2),
}
PERCENT = ("share", "probability")
LEVELS = {unit: f"unit.{unit}" for unit in ("points", "CNY", "days", "hours")}
DIFFERENCES = LEVELS | {"nps_points": "unit.nps_change"} | dict.fromkeys(PERCENT, "unit.share_change")


def read_messages() -> dict[str, dict]:
    """All files of messages/ as one: a key stands in one of them."""
    found: dict[str, dict] = {}
    for file in sorted(resources.files(__package__).joinpath("messages").iterdir(), key=lambda file: file.name):
        own = yaml.safe_load(file.read_text(encoding="utf-8"))
        if twice := found.keys() & own.keys():
            raise ResultError(f"{file.name}: the message {sorted(twice)[0]!r} stands in another file too")
        found |= own
    return found


MESSAGES = read_messages()
NUMBER_AND_NEIGHBOURS = re.compile(
    r"([（(]?)(<button [^>]*>[^<]*</button>)((?:[\u00a0 ](?:[分点份]|个百分点))?[)）。，；：、.,;:]*)"
)

VERDICTS = {rule.word: f"verdict.{rule.word}" for rule in RULES}
HEADLINES = {
    "rose": "headline.rose",
    "fell": "headline.fell",
    "no_detectable_change": "headline.no_detectable_change",
    "too_few_to_say": "headline.too_few_to_say",
    None: "headline.alone",
}
CHANGES = {
    "rose": "change.rose",
    "fell": "change.fell",
    "no_detectable_change": "change.no_detectable_change",
    "too_few_to_say": "change.too_few_to_say",
}
CHANGED = {
    "rose": "overview.changed.rose",
    "fell": "overview.changed.fell",
    "no_detectable_change": "overview.changed.no_detectable_change",
}
STANDARDS = {
    "above": "standard.above",
    "below": "standard.below",
    "not_distinguishable": "standard.not_distinguishable",
}
TARGETS = {"met": "target.met", "missed": "target.missed", "cannot_be_told": "target.cannot_be_told"}
PLACES = {"above_index": "where.places.above", "below_index": "where.places.below"}
SEGMENTS = {"higher": "where.segments.higher", "lower": "where.segments.lower"}
GAPS = {
    "executives_higher": "where.gap.executives_higher",
    "executives_lower": "where.gap.executives_lower",
    "no_detectable_difference": "where.gap.no_detectable_difference",
}
EFFECTS = {
    "goes_up_with": "repurchase.effect.goes_up_with",
    "goes_down_with": "repurchase.effect.goes_down_with",
    "no_detectable_effect": "repurchase.effect.no_detectable_effect",
    "cannot_be_told": "repurchase.effect.cannot_be_told",
}
BENCHMARKS = {
    "above_benchmark": "repurchase.benchmark.above_benchmark",
    "below_benchmark": "repurchase.benchmark.below_benchmark",
    "not_told_from_benchmark": "repurchase.benchmark.not_told_from_benchmark",
}
SHAPES = {
    "bent": "repurchase.shape.bent",
    "no_detectable_bend": "repurchase.shape.no_detectable_bend",
    "cannot_be_told": "repurchase.shape.cannot_be_told",
}
SLOPES = {
    "slopes_differ": "repurchase.groups.slopes_differ",
    "slopes_not_told_apart": "repurchase.groups.slopes_not_told_apart",
}
HIDDEN = {
    "suppressed": "where.hidden.suppressed",
    "not_certified": "where.hidden.not_certified",
    "not_estimable": "where.hidden.not_estimable",
    "not_supplied": "where.hidden.not_supplied",
}
STATUSES = {
    status: f"status.{status}"
    for status in ("ok", "exact", "suppressed", "not_certified", "not_estimable", "not_supplied", "not_computed")
}
TRAITS = {  # (column of customers, level): what survey.yml needn't name
    ("exclusive", None): "trait.exclusive",
    ("exclusive", "yes"): "trait.exclusive.yes",
    ("exclusive", "no"): "trait.exclusive.no",
    ("competition", None): "trait.competition",
    ("competition", "low"): "trait.competition.low",
    ("competition", "medium"): "trait.competition.medium",
    ("competition", "high"): "trait.competition.high",
    ("log_sales", None): "trait.log_sales",
}
GROUPS = {  # (name of a group, level): its words
    ("stage", "before"): "stage.before",
    ("stage", "after"): "stage.after",
    ("rate", "RR1"): "rate.response_complete",
    ("rate", "RR2"): "rate.response",
    ("rate", "CON1"): "rate.contact",
    ("rate", "COOP2"): "rate.cooperation",
    ("rate", "REF1"): "rate.refusal",
    ("channel", "visit"): "channel.visit",
    ("channel", "phone"): "channel.phone",
    ("channel", "online"): "channel.online",
    ("channel", "mail"): "channel.mail",
    ("method", "naive"): "method.naive",
    ("method", "design"): "method.design",
    ("method", "raked"): "method.raked",
    ("method", "propensity"): "method.propensity",
    ("answering", "random"): "answering.random",
    ("answering", "observed"): "answering.observed",
    ("answering", "satisfaction"): "answering.satisfaction",
    ("answering", "both"): "answering.both",
    ("source", "comment"): "voice.source.comment",
    ("source", "ticket"): "voice.source.ticket",
    ("source", "mention"): "voice.source.mention",
    ("how", "given"): "voice.how.given",
    ("how", "wording"): "voice.how.wording",
    ("how", "model"): "voice.how.model",
    ("how", "unsure"): "voice.how.unsure",
    ("category", "quality"): "voice.category.quality",
    ("category", "contract"): "voice.category.contract",
    ("category", "transport"): "voice.category.transport",
    ("category", "service"): "voice.category.service",
    ("competitor", "all"): "voice.competitor.all",
    ("stage", "enquiry"): "voice.stage.enquiry",
    ("stage", "order"): "voice.stage.order",
    ("stage", "delivery"): "voice.stage.delivery",
    ("stage", "after_sales"): "voice.stage.after_sales",
}
COMPETITORS = {"ahead": "voice.competitors.ahead", "behind": "voice.competitors.behind"}
WORDS = {"dissatisfied_say": "voice.words.dissatisfied", "satisfied_say": "voice.words.satisfied"}
NEW_WORDS = {"said_more": "voice.new.more", "said_less": "voice.new.less"}
THEMES_CHANGED = {"said_more": "voice.themes.more", "said_less": "voice.themes.less"}
THEME_GAPS = {"lower": "voice.themes.lower", "higher": "voice.themes.higher"}
SILENCES = {
    "cannot_drop": "bias.silence.cannot_drop",
    "only_if_far_lower": "bias.silence.only_if_far_lower",
    "hangs_on_silent": "bias.silence.hangs_on_silent",
    "not_shown_above": "bias.silence.not_shown_above",
}
TABLES = {table: f"data.{table}" for table in programme.TABLES}
STAND_INS = {column: f"belief.stand_in.{column}" for column in ("response_id", "contact_id", "panel", "responded_on")}


def say(key: str, language: str, **parts: object) -> str:
    """The message `key` with its parts filled in; safe HTML when a part is, plain text otherwise.

    A part named `count` is a plain number: it picks the plural form and is written as the language writes numbers.
    """
    if key not in MESSAGES:
        raise ResultError(f"messages/ has no message {key!r}")
    text = MESSAGES[key][language]
    if isinstance(text, dict):
        text = text[Locale.parse(LOCALES[language]).plural_form(parts["count"])]
    if "count" in parts:
        parts["count"] = number_text(parts["count"], "count", language)
    if any(isinstance(part, Markup) for part in parts.values()):
        return Markup(escape(text)).format(**parts)
    return text.format(**parts)


def worded(record: Record, sentences: dict[str, str]) -> str:
    """The message that a record's verdict word selects."""
    if record.verdict not in sentences:
        raise ResultError(
            f"{record.name}: no sentence for the verdict {record.verdict!r}; it may be {', '.join(map(str, sentences))}"
        )
    return sentences[record.verdict]


def number_text(value: float, unit: str, language: str, *, signed: bool = False) -> str:
    """The bare number as a reader sees it: decimals by unit, a share in percent (in points when signed), a true minus."""
    if unit not in UNITS:
        raise ResultError(f"the report has no way to write the unit {unit!r}")
    factor, decimals = UNITS[unit]
    shown = round(value * factor, decimals)
    text = format_decimal(abs(shown), format=f"#,##0.{'0' * decimals}".rstrip("."), locale=LOCALES[language])
    sign = MINUS if shown < 0 else "+" if signed and shown > 0 else ""
    return sign + text + ("%" if unit in PERCENT and not signed else "")


def level_text(value: float, unit: str, language: str) -> str:
    """A level with its unit: 71.3 points, 82.3%, 1,234; NPS has none."""
    text = number_text(value, unit, language)
    return say(LEVELS[unit], language, number=text) if unit in LEVELS else text


def change_text(value: float, unit: str, language: str, *, signed: bool = True) -> str:
    """A difference with its unit: +2.1 points, +2.1 percentage points; unsigned where the sentence says up or down."""
    text = number_text(value if signed else abs(value), unit, language, signed=True)
    text = text if signed else text.removeprefix("+")
    return say(DIFFERENCES[unit], language, number=text) if unit in DIFFERENCES else text


def interval_text(low: float, high: float, unit: str, language: str, *, signed: bool = False) -> str:
    low_text, high_text = (number_text(bound, unit, language, signed=signed) for bound in (low, high))
    text = say("unit.interval", language, low=low_text, high=high_text)
    return say("unit.share_change", language, number=text) if signed and unit in PERCENT else text


def percent_text(share: float, language: str) -> str:
    """A plain percentage such as the confidence of an interval: as many decimals as it needs."""
    return format_percent(share, format="#,##0.###%", locale=LOCALES[language])


def plain_text(value: float, language: str) -> str:
    """A number of the questionnaire, such as the end of a scale: as many decimals as it needs."""
    return format_decimal(value, format="#,##0.###", locale=LOCALES[language]).replace("-", MINUS)


def list_text(items: Iterable[object], language: str) -> Markup:
    """A, B and C; A、B和C."""
    return Markup(format_list([str(escape(item)) for item in items], locale=LOCALES[language]))


def phrases_text(items: Iterable[object], language: str) -> Markup:
    """Items that hold commas of their own, set apart by semicolons."""
    return Markup(say("list.separator", language)).join(items)


def sentences_text(sentences: Iterable[object], language: str) -> Markup:
    """Sentences that follow one another in a paragraph: Chinese sets no space between them."""
    return Markup(say("list.sentences", language)).join(sentences)


def keep_together(html: str) -> str:
    """Hold a number's button on one line with its bracket, unit and punctuation, where a browser would break."""
    return NUMBER_AND_NEIGHBOURS.sub(lambda m: f'<span class="nowrap">{m[0]}</span>' if m[1] or m[3] else m[0], html)


def dates_text(first: str, last: str, language: str) -> str:
    start, end = (
        format_date(dt.date.fromisoformat(day), format="long", locale=LOCALES[language]) for day in (first, last)
    )
    return start if first == last else say("page.dates", language, first=start, last=end)


def period_text(period: Period | str, language: str, *, title: bool = False) -> str:
    """The period in words, as it stands within a sentence or as a title."""
    period = Period.parse(period)
    if period.unit == "Q":
        return say("period.quarter", language, year=period.year, number=period.number)
    if title:
        return say(
            "period.half.one.title" if period.number == 1 else "period.half.two.title", language, year=period.year
        )
    return say("period.half.one" if period.number == 1 else "period.half.two", language, year=period.year)


def period_tick(period: Period | str, language: str) -> tuple[str, str]:
    """The period as two lines under an axis: the part of the year, the year."""
    period = Period.parse(period)
    year = say("period.year.tick", language, year=period.year)
    if period.unit == "Q":
        return say("period.quarter.tick", language, number=period.number), year
    return say("period.half.one.tick" if period.number == 1 else "period.half.two.tick", language), year
