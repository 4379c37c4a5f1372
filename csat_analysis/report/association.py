"""Association or effect: the paragraph that draws the looks at it together, each in the words of its verdict."""

from __future__ import annotations

from collections.abc import Callable, Collection

from csat_analysis.report import message_tables
from csat_analysis.report.wording import say, worded
from csat_analysis.results import Record, Results

UP = "goes_up_with"


def association(
    results: Results, language: str, write: Callable[[Record], str], *, linked: Collection[str] = ()
) -> list[str]:
    """Sentences on the effect's verdict, the published figure, the E-value, changes within customers, measurement error, what
    satisfaction adds to forecasts, and what follows; each look where it was found, and where it was found but isn't certified
    or estimable, that.

    write   a record as its number with interval.
    linked  the rules that verdict words are links to.
    """
    said = [judged(results, "repurchase.ame", message_tables.ASSOCIATIONS, language, write, linked)]
    said.append(judged(results, "repurchase.benchmark_gap", message_tables.BESIDE_PUBLISHED, language, write, linked))
    said.append(unrecorded(results, language, write))
    said.append(judged(results, "repurchase.ame_within", message_tables.WITHIN, language, write, linked))
    said.append(corrected(results, language, write))
    said.append(judged(results, "repurchase.auc_gain", message_tables.GAINS, language, write, linked))
    return [sentence for sentence in [*said, conclusion(results, language)] if sentence]


def judged(
    results: Results,
    key: str,
    sentences: dict[str, str],
    language: str,
    write: Callable[[Record], str],
    linked: Collection[str],
) -> str | None:
    """The sentence of a look's verdict, or why it has none; nothing where it wasn't taken or its table wasn't supplied."""
    record = found(results, key)
    if record is None:
        return None
    if record.shown and record.verdict:
        return say(worded(record, sentences), language, linked=linked, value=write(record))
    return hidden(record, key, language)


def unrecorded(results: Results, language: str, write: Callable[[Record], str]) -> str | None:
    """How strong something unrecorded would have to be; said only of an association that was found."""
    record = found(results, "repurchase.e_value")
    if record is None or verdict(results, "repurchase.ame") not in (UP, "goes_down_with"):
        return None
    if not record.shown:
        return hidden(record, "repurchase.e_value", language)
    return say("repurchase.association.e_value", language, value=write(record))


def corrected(results: Results, language: str, write: Callable[[Record], str]) -> str | None:
    record = found(results, "repurchase.ame_corrected")
    if record is None:
        return None
    if not record.shown:
        return hidden(record, "repurchase.ame_corrected", language)
    return say("repurchase.association.corrected", language, value=write(record))


def conclusion(results: Results, language: str) -> str:
    """What the looks together allow to be said."""
    if verdict(results, "repurchase.ame") != UP:
        return say("repurchase.association.conclusion.none", language)
    backed = verdict(results, "repurchase.ame_within") == UP, verdict(results, "repurchase.auc_gain") == "adds"
    strength = {0: "alone", 1: "partly", 2: "backed"}[sum(backed)]
    return say(f"repurchase.association.conclusion.{strength}", language)


def hidden(record: Record, key: str, language: str) -> str:
    look = key.removeprefix("repurchase.")
    name = say(f"repurchase.association.look.{look}", language)
    return say("repurchase.association.hidden", language, look=name, reason=reason_of(record, language))


def reason_of(record: Record, language: str) -> str:
    """Why a look has no number. Not certified isn't always for want of answers: some kinds of interval no study has tried, and
    weights can be less even than any that were.
    """
    key = "repurchase.uncertified" if record.status == "not_certified" else message_tables.STATUSES[record.status]
    return say(key, language)


def found(results: Results, key: str) -> Record | None:
    """The record of a look that was taken."""
    record = results.get(key) if results.has(key) else None
    return None if record is None or record.status == "not_supplied" else record


def verdict(results: Results, key: str) -> str | None:
    record = found(results, key)
    return record.verdict if record is not None and record.shown else None
