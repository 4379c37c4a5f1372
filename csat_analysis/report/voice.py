"""What customers say: themes, words, complaints, quotations, competitors and their way through the company."""

from __future__ import annotations

from typing import Any

from csat_analysis.report import message_tables, voice_charts, wording
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.view import View
from csat_analysis.report.where import hidden
from csat_analysis.results import Record

OVERALL = "index"
MOST = 3  # themes named in a sentence
STAGES = ("enquiry", "order", "delivery", "after_sales")
ALL = "all"


def voice(view: View) -> dict[str, Any] | None:
    if not view.records("feedback.texts"):
        return None
    parts = {"competitors": competitors(view)}
    if not any(record.value for record in view.records("feedback.texts")):
        return {"absent": view.say("voice.absent"), "counts": []} | parts
    return {
        "absent": None,
        "counts": counts(view),
        "themes": themes(view),
        "words": words(view),
        "complaints": complaints(view),
        "quotations": quotations(view),
        "journey": journey(view),
    } | parts


def level(view: View, record: Record, name: str) -> str:
    """A level of a record's group in words: a source, a category, a stage, a theme."""
    value = record.group[name]
    if (name, value) in message_tables.GROUPS:
        return view.say(message_tables.GROUPS[name, value])
    return view.programme.label(name, value, view.language) if name in ("theme", "dimension") else value


def listed(view: View, records: list[Record], name: str, write=Numbers.bare) -> Any:
    return view.list([view.named(level(view, record, name), record, write=write) for record in records])


def counts(view: View) -> list[str]:
    said = [view.say("voice.counts", items=listed(view, view.records("feedback.texts"), "source"))]
    if record := view.shown("feedback.commented_share"):
        bare, interval = view.numbers.bare(record.key), view.numbers.interval(record.key)
        said.append(view.say("voice.commented", share=bare, interval=interval))
    return said


def themes(view: View) -> dict[str, Any] | None:
    records = view.records("feedback.theme_share")
    if not records:
        return None
    records = sorted(records, key=lambda record: -(record.value or 0) if record.shown else 1)
    rows = [("", level(view, record, "theme"), record) for record in records]
    return {
        "chart": voice_charts.themes_chart(view.numbers, rows),
        "rows": [(name, record, of_theme(view, record.group["theme"])) for _, name, record in rows],
        "readings": [*most_said(view, records), *theme_changes(view), *theme_gaps(view), *hidden(view, rows)],
    }


def of_theme(view: View, theme: str) -> dict[str, Any]:
    """A theme's other numbers for the table; a blank where there is none."""
    gaps = [r for r in view.records("feedback.theme_gap") if r.group["theme"] == theme and r.shown]
    ticket = view.shown("feedback.theme_count", theme=theme, source="ticket")
    return {"ticket": ticket, "gap": next(iter(gaps), None)}


def most_said(view: View, records: list[Record]) -> list[str]:
    most = [record for record in records if record.shown and record.value][:MOST]
    return [view.say("voice.themes.most", items=listed(view, most, "theme"))] if most else []


def theme_changes(view: View) -> list[str]:
    records = [r for r in view.records("feedback.theme_change") if r.shown and r.verdict]
    said = [
        view.say(sentence, items=listed(view, found, "theme"), before=view.before)
        for word, sentence in message_tables.THEMES_CHANGED.items()
        if (found := [r for r in records if r.verdict == word])
    ]
    return said or ([view.say("voice.themes.same", before=view.before)] if records else [])


def theme_gaps(view: View) -> list[str]:
    said = []
    for word, sentence in message_tables.THEME_GAPS.items():
        found = [r for r in view.records("feedback.theme_gap") if r.shown and r.verdict == word]
        names = [
            view.say("voice.themes.gap", theme=level(view, r, "theme"), dimension=level(view, r, "dimension"))
            for r in found
        ]
        items = [view.named(name, record) for name, record in zip(names, found, strict=True)]
        said += [view.say(sentence, items=wording.phrases_text(items, view.language))] if items else []
    return said


def words(view: View) -> dict[str, Any]:
    records = [r for r in view.records("feedback.word") if r.group["measure"] == OVERALL]
    shown = sorted((r for r in records if r.shown), key=lambda r: -r.value)
    rows = [("", r.group["word"], r) for r in shown]
    if not rows:
        return {"chart": None, "rows": [], "readings": [view.say("voice.words.absent"), *new_words(view)]}
    furthest = view.list([voice_charts.signed(view.numbers, r.group["word"], r) for r in (shown[0], shown[-1])])
    drawn = voice_charts.differences_chart(
        view.numbers,
        "voice-words",
        rows,
        title=view.say("voice.words"),
        alt=str(view.say("voice.words.alt", items=furthest)),
        axis=view.say("voice.words.axis"),
    )
    return {"chart": drawn, "rows": rows, "readings": [*apart(view, shown), *by_dimension(view), *new_words(view)]}


def apart(view: View, records: list[Record]) -> list[str]:
    said = [
        view.say(sentence, items=quoted(view, found))
        for word, sentence in message_tables.WORDS.items()
        if (found := [r for r in records if r.verdict == word])
    ]
    return said or [view.say("voice.words.none")]


def by_dimension(view: View) -> list[str]:
    """Words that set those dissatisfied with one dimension apart; dimensions without any aren't named."""
    said = []
    for dimension in view.programme.dimensions:
        own = [r for r in view.records("feedback.word") if r.group["measure"] == dimension and r.shown]
        for word, sentence in (
            ("dissatisfied_say", "voice.words.dimension.dissatisfied"),
            ("satisfied_say", "voice.words.dimension.satisfied"),
        ):
            if found := [r for r in own if r.verdict == word]:
                said.append(view.say(sentence, dimension=view.numbers.measure(dimension), items=quoted(view, found)))
    return said


def new_words(view: View) -> list[str]:
    records = [r for r in view.records("feedback.new_word") if r.shown]
    said = [
        view.say(sentence, items=quoted(view, found), before=view.before)
        for word, sentence in message_tables.NEW_WORDS.items()
        if (found := [r for r in records if r.verdict == word])
    ]
    return said or ([view.say("voice.new.none", before=view.before)] if records else [])


def quoted(view: View, records: list[Record]) -> Any:
    return view.list([view.named(record.group["word"], record) for record in records])


def complaints(view: View) -> dict[str, Any] | None:
    shares = view.records("feedback.category_share")
    if not shares:
        return None
    return {"readings": [*category_shares(view, shares), *categorised(view), *model(view)]}


def category_shares(view: View, records: list[Record]) -> list[str]:
    shown = sorted((r for r in records if r.shown), key=lambda r: -r.value)
    items = [view.named(level(view, r, "category"), r, write=with_interval) for r in shown]
    said = [view.say("voice.complaints.shares", items=wording.phrases_text(items, view.language))] if items else []
    missing = [r for r in records if not r.shown]
    return said + (
        [view.say("voice.complaints.hidden", reason=view.status(missing[0]))] if missing and not shown else []
    )


def with_interval(numbers: Numbers, key: str, **group: str) -> Any:
    """34.3%, interval 33.7% to 34.9%."""
    record = numbers.results.get(key, **group)
    bare, interval = numbers.bare(key, **group), numbers.interval(key, **group) if record.high > record.low else ""
    return wording.phrases_text([bare, interval], numbers.language) if interval else bare


def categorised(view: View) -> list[str]:
    records = [r for r in view.records("feedback.categorised") if r.value]
    said = [view.say("voice.complaints.how", items=listed(view, records, "how"))] if records else []
    repeated = any(r.group["how"] == "wording" for r in records)
    return said + ([view.say("voice.complaints.repeated")] if repeated else [])


def model(view: View) -> list[str]:
    accuracy, precision = view.shown("feedback.model_accuracy"), view.shown("feedback.model_precision")
    if not accuracy:
        return []
    parts = {
        name: (view.numbers.bare(r.key), view.numbers.interval(r.key))
        for name, r in (("a", accuracy), ("p", precision))
        if r
    }
    first = view.say("voice.complaints.model", accuracy=parts["a"][0], interval=parts["a"][1])
    second = (
        view.say("voice.complaints.precise", precision=parts["p"][0], interval=parts["p"][1])
        if precision
        else view.say("voice.complaints.unsure")
    )
    return [view.sentences(first, second)]


def quotations(view: View) -> dict[str, Any]:
    """Theme → its released texts, as they were said; the template escapes them."""
    found: dict[str, list[str]] = {}
    for theme, _, text in view.facts.get("quotations", ()):
        found.setdefault(view.programme.label("theme", theme, view.language), []).append(text)
    return {"by_theme": found, "none": None if found else view.say("voice.quotations.none")}


def competitors(view: View) -> dict[str, Any] | None:
    records = view.records("competitor.gap")
    if not records:
        return None
    rows = [(level(view, r, "competitor"), level(view, r, "dimension"), r) for r in records]
    overall = [("", name, r) for _, name, r in rows if r.group["competitor"] == ALL]
    shown = sorted((row for row in overall if row[2].shown), key=lambda row: row[2].value)
    alt = ""
    if shown:
        best, worst = (voice_charts.signed(view.numbers, row[1], row[2]) for row in (shown[-1], shown[0]))
        alt = view.say("voice.competitors.alt", best=best, worst=worst)
    drawn = voice_charts.differences_chart(
        view.numbers,
        "voice-competitors",
        overall,
        title=view.say("voice.competitors"),
        alt=alt,
        axis=view.say("voice.competitors.axis"),
    )
    return {"chart": drawn, "rows": rows, "readings": [*ahead_or_behind(view, records), *hidden_pairs(view, records)]}


def pair(view: View, record: Record) -> str:
    parts = {"dimension": level(view, record, "dimension"), "competitor": level(view, record, "competitor")}
    return view.say("voice.competitors.pair", **parts)


def ahead_or_behind(view: View, records: list[Record]) -> list[str]:
    judged = [r for r in records if r.shown and r.verdict]
    said = []
    for word, sentence in message_tables.COMPETITORS.items():
        items = [view.named(pair(view, r), r) for r in judged if r.verdict == word]
        said += [view.say(sentence, items=wording.phrases_text(items, view.language))] if items else []
    return said or ([view.say("voice.competitors.none")] if judged else [])


def hidden_pairs(view: View, records: list[Record]) -> list[str]:
    return hidden(view, [("", pair(view, record), record) for record in records])


def journey(view: View) -> dict[str, Any] | None:
    if not view.records("feedback.journey_volume"):
        return None
    rows = [
        (
            view.say(message_tables.GROUPS["stage", stage]),
            {
                "comment": view.results.get("feedback.journey_volume", stage=stage, source="comment"),
                "ticket": view.results.get("feedback.journey_volume", stage=stage, source="ticket"),
                "wait": view.results.get("feedback.journey_wait", stage=stage),
                "index": view.results.get("feedback.journey_satisfaction", stage=stage),
            },
        )
        for stage in STAGES
    ]
    return {"rows": rows, "readings": journey_readings(view)}


def journey_readings(view: View) -> list[str]:
    judged = [r for r in view.records("feedback.journey_gap") if r.shown and r.verdict]
    said = [
        view.say(sentence, items=listed(view, found, "stage"))
        for word, sentence in (("lower", "voice.journey.lower"), ("higher", "voice.journey.higher"))
        if (found := [r for r in judged if r.verdict == word])
    ]
    return said or ([view.say("voice.journey.none")] if judged else [])
