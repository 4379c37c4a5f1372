"""What the silent could do to the answer: tipping points, a sensitivity band, and what hints at them there are.

None of it knows what silent customers think: a tipping point says how low they would have to score, the band what follows
if they score so much lower, and late answerers, other channels and silent key accounts are hints, not evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.intake import Clean
from csat_analysis.programme import Programme
from csat_analysis.survey.response import ANSWERED, SALES, asked_people
from csat_analysis.survey.sampling import TAKE_ALL

Number = Estimate | NoEstimate
LOWER_BY = (5, 10, 20)  # points by which silent customers might score lower than those who answered
NOBODY_SILENT = NoEstimate("not_estimable", "nobody who was asked stayed silent")
NOBODY_KNOWN = NoEstimate("not_supplied", "who was asked isn't known: there are no invitations")
FIRST_WAVE = 1


@dataclass(frozen=True)
class Silent:
    """Share of the frame (0–1) that those who stayed silent stand for: of all, and by level of a segment.

    Each person asked stands for the customers of their stratum (key accounts for themselves), as in the draw; `by_level`
    are parts of the same whole, so they add up to `share`.
    """

    share: float
    by_level: Mapping[str, float]


def silent_share(invited: pd.DataFrame | None, frame_size: int, segment: str | None = None) -> Silent | None:
    """From the customers who were asked (`response.invited_customers`); None where they aren't known."""
    if invited is None or invited.empty:
        return None
    key_accounts = int(invited["take_all"].sum())
    others = len(invited) - key_accounts
    each = (frame_size - key_accounts) / others if others else 0.0
    weight = pd.Series(np.where(invited["take_all"], 1.0, each), index=invited.index)
    silent = weight[~invited["answered"]] / weight.sum()
    levels = invited.loc[silent.index, segment] if segment in invited else pd.Series("", index=silent.index)
    return Silent(float(silent.sum()), silent.groupby(levels).sum().to_dict() if segment in invited else {})


def tipping_point(index: Number, limit: Number | float, share: float | None) -> Number:
    """Points that silent customers would have to score on average for the whole to come down to a limit.

    index  of those who answered (for whoever is as likely to answer as they are).
    limit  points: the standard, or the earlier wave's index where the question is when a change would vanish.
    share  of silent customers, a fact of those asked; None: not known.

    (1 − share) · index + share · x = limit gives x = index − (index − limit)/share: arithmetic of estimates, with its
    interval. Below 0 (or above 100) no score could do it. For an index below the limit it is the score that the silent
    would need for the whole to reach it.
    """
    if share is None:
        return NOBODY_KNOWN
    return group_tipping_point(index, index, limit, share)


def group_tipping_point(own: Number, index: Number, limit: Number | float, share: float) -> Number:
    """The same if only one group's silent customers were unlike its answerers: own index − (index − limit) / the share
    of the frame that these silent customers stand for."""
    if not share > 0:
        return NOBODY_SILENT
    return off_the_scale(own - (index - limit) / share)


def off_the_scale(point: Number) -> Number:
    """A tipping point may lie off the scale, and its interval: that is its answer."""
    return point if isinstance(point, NoEstimate) else replace(point, bounds=(-np.inf, np.inf))


def if_silent_score_lower(index: Number, share: float | None, by: float) -> Number:
    """The whole's index if silent customers scored `by` points lower than those who answered (a pattern mixture; Little
    1993): index − share × by. What is assumed has no interval; the index's is carried."""
    return NOBODY_KNOWN if share is None else index - share * by


def sensitivity_band(index: Number, share: float | None, steps: Iterable[float] = LOWER_BY) -> dict[float, Number]:
    """Points lower → index, for some assumptions side by side."""
    return {by: if_silent_score_lower(index, share, by) for by in steps}


def reminders(clean: Clean, rows: pd.Index) -> pd.Series | None:
    """The invitation wave in which each of these answers came (1, 2, 3: after reminders); None where it isn't known."""
    invitations = clean.tables.get("invitations")
    if invitations is None or "wave" not in invitations or invitations["wave"].isna().all():
        return None
    waves = invitations.drop_duplicates(["contact_id", "panel"]).set_index(["contact_id", "panel"])["wave"]
    answers = clean.tables["responses"].loc[rows]
    found = waves.reindex(pd.MultiIndex.from_frame(answers[["contact_id", "panel"]]))
    return pd.Series(found.to_numpy(), index=rows)


def late_against_early(design: Design, score: pd.Series, waves: pd.Series | None) -> Number:
    """Mean score of those who answered after a reminder less that of those who answered at once, in points.

    A hint only: it is evidence about the silent as far as they are like late answerers, which nobody knows.
    Source: Armstrong and Overton (1977); Lin and Schaeffer (1995) on how little it tells.
    """
    if waves is None:
        return NoEstimate("not_supplied", "the reminder that brought an answer isn't known (invitations: wave)")
    late, early = (waves > FIRST_WAVE).to_numpy(), (waves <= FIRST_WAVE).to_numpy()
    difference = mean(design, score, inside=late) - mean(design, score, inside=early)
    return difference.process()


def by_channel(design: Design, score: pd.Series, channel: pd.Series | None) -> dict[str, Number]:
    """Mean score by channel less that of all other channels, in points, largest channel first; a hint only: channels
    reach different customers, and the same customer may answer a visitor and a form differently."""
    if channel is None or channel.nunique() < 2:
        return {}
    known = channel.notna().to_numpy()
    return {
        str(name): (
            mean(design, score, inside=(channel == name).to_numpy())
            - mean(design, score, inside=known & (channel != name).to_numpy())
        ).process()
        for name in channel.value_counts().index
    }


def silent_key_accounts(clean: Clean, programme: Programme) -> pd.DataFrame:
    """Customers asked as key accounts who didn't answer, by sales at stake: one row each, for analysts only.

    Columns panel, outcome, sales_12m where the frame holds it, and share of the frame's sales. Empty where nobody is
    silent, or who was asked isn't known.
    """
    asked = asked_people(clean, programme)
    columns = ["customer_id", "panel", "outcome"]
    if asked is None:
        return pd.DataFrame(columns=columns)
    panels = [name for name, panel in programme.panels.items() if panel.draw in TAKE_ALL]
    silent = asked[asked["panel"].isin(panels) & ~asked["outcome"].isin([*ANSWERED, "ineligible"])]
    answered = clean.tables["responses"]["customer_id"]
    silent = silent[~silent["customer_id"].isin(answered)]
    if SALES not in silent:
        return silent[columns].reset_index(drop=True)
    total = clean.tables["customers"][SALES].sum()
    ranked = silent[[*columns, SALES]].sort_values(SALES, ascending=False, kind="stable")
    return ranked.assign(share_of_sales=ranked[SALES] / total).reset_index(drop=True)
