"""The report's words: messages/ in the reader's language, and numbers, dates and lists as that language writes them.

Which of them is said of a word of results.json stands in `message_tables`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable
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

LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
MINUS = "−"
UNITS = {  # unit → factor and decimals as shown; shares and probabilities are shown in percent
    "points": (1, 1),
    "nps_points": (1, 1),
    "share": (100, 1),
    "probability": (100, 2),
    "growth": (100, 1),
    "CNY": (1, 0),
    "days": (1, 1),
    "hours": (1, 1),
    "count": (1, 0),
    "ratio": (1, 2),
    "score": (1, 2),
    "rate": (1, 3),
}
PERCENT = ("share", "probability")
MONEY_ON_AXIS = {
    "en": (1 / 1000, 0),
    "zh": (1 / 10_000, 1),
}  # thousand CNY, 万元: factor and decimals where an axis says so
LEAST_CHANCE = 0.001  # the last decimal that a chance is shown with
LEVELS = {unit: f"unit.{unit}" for unit in ("points", "CNY", "days", "hours")}
DIFFERENCES = LEVELS | {"nps_points": "unit.nps_change"} | dict.fromkeys(PERCENT, "unit.share_change")


def read_messages() -> dict[str, dict]:
    """All files of messages/ as one: a key stands in one of them."""
    found: dict[str, dict] = {}
    for file in sorted(resources.files(__package__).joinpath("messages").iterdir(), key=lambda file: file.name):
        own = yaml.load(file.read_text(encoding="utf-8"), programme.QUICKEST)
        if twice := found.keys() & own.keys():
            raise ResultError(f"{file.name}: the message {sorted(twice)[0]!r} stands in another file too")
        found |= own
    return found


MESSAGES = read_messages()
NUMBER_AND_NEIGHBOURS = re.compile(
    r"([（(]?)(<button [^>]*>[^<]*</button>)((?:[\u00a0 ](?:[分点份]|个百分点))?[)）。，；：、.,;:]*)"
)

SPACE_IN_CHINESE = re.compile(
    r"(?:(?<=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]</button>)) (?=(?:<a [^>]*>)?[\u4e00-\u9fff])"
)
VERDICT_WORD = re.compile(r"\[([^\]]+)\]\(([a-z]+)\)")  # [up](change): a verdict's words and its rule


def say(key: str, language: str, *, linked: Collection[str] = (), **parts: object) -> str:
    """The message `key` with its parts filled in; safe HTML when a part or a link is, plain text otherwise.

    A part named `count` is a plain number: it picks the plural form and is written as the language writes numbers.
    Verdict words are marked with their rule, [up](change): a link to it where the rule is one of `linked`, else the words alone.
    """
    if key not in MESSAGES:
        raise ResultError(f"messages/ has no message {key!r}")
    text = MESSAGES[key][language]
    if isinstance(text, dict):
        text = text[Locale.parse(LOCALES[language]).plural_form(parts["count"])]
    if "count" in parts:
        parts["count"] = number_text(parts["count"], "count", language)
    if VERDICT_WORD.search(text):
        text = with_rules(text, linked)
    if any(isinstance(part, Markup) for part in (text, *parts.values())):
        return Markup(closed_up(Markup(escape(text)).format(**parts)))
    return closed_up(text.format(**parts))


def closed_up(text: str) -> str:
    """No space between two Chinese characters: messages leave one about a number, which may bring its own unit (+0.9 分)."""
    return SPACE_IN_CHINESE.sub("", text)


def with_rules(text: str, linked: Collection[str]) -> str:
    """A message whose marked verdict words are links to their rules, as far as these are explained on the page."""
    if not linked:
        return VERDICT_WORD.sub(r"\1", text)
    return Markup(
        VERDICT_WORD.sub(
            lambda found: rule_link(found[2], Markup(found[1])) if found[2] in linked else found[1], escape(text)
        )
    )


def rule_link(rule: str, words: str) -> Markup:
    """Verdict words as the link to their rule among the terms."""
    return Markup('<a class="rule" href="#rule-{}">{}</a>').format(rule, words)


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
    percent = unit == "growth" or (unit in PERCENT and not signed)
    return figure_text(value * factor, decimals, language, signed=signed) + ("%" if percent else "")


def figure_text(value: float, decimals: int, language: str, *, signed: bool = False) -> str:
    shown = round(value, decimals)
    text = format_decimal(abs(shown), format=f"#,##0.{'0' * decimals}".rstrip("."), locale=LOCALES[language])
    return (MINUS if shown < 0 else "+" if signed and shown > 0 else "") + text


def money_text(value: float, language: str, *, signed: bool = False) -> str:
    """CNY beside an axis that says thousands, or in Chinese tens of thousands."""
    factor, decimals = MONEY_ON_AXIS[language]
    return figure_text(value * factor, decimals, language, signed=signed)


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
    """A plain percentage such as the confidence of an interval or a third's weight: as many decimals as it needs, two at most."""
    return format_percent(share, format="#,##0.##%", locale=LOCALES[language])


def chance_text(chance: float, language: str) -> str:
    """A chance in percent; one that rounds to none or to certainty is not called either."""
    if chance < LEAST_CHANCE / 2:
        return say("unit.chance.under", language, limit=number_text(LEAST_CHANCE, "share", language))
    if chance >= 1 - LEAST_CHANCE / 2:
        return say("unit.chance.over", language, limit=number_text(1 - LEAST_CHANCE, "share", language))
    return number_text(chance, "share", language)


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
