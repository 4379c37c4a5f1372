"""How a wave's answers are weighted for who didn't answer: the method and margins of survey.yml on this wave's frame."""

from __future__ import annotations

from dataclasses import replace

from csat_analysis.errors import EstimateError
from csat_analysis.intake import Clean
from csat_analysis.programme import Programme
from csat_analysis.survey.answering import answering_model
from csat_analysis.survey.calibration import Weighting, rake_to_frame, weight_by_propensity
from csat_analysis.survey.frame import customer_segments
from csat_analysis.survey.response import invited_customers
from csat_analysis.survey.sampling import Sample

CAP_REACHED = 1.01  # weights this little over the cap count as trimmed


def weighting_of(sample: Sample, clean: Clean, programme: Programme) -> Weighting:
    """The sample's weights raked to the frame (or as survey.yml says); as they are where there is no frame, where the survey
    brings its own, or where the method is none.

    A margin that the frame has no column for, or that can't be raked to, is named in `left_out` with the reason; so is the
    trimming where no weights under the cap meet the margins (cutting on would drive others to 0).
    """
    rule, customers = programme.weighting, clean.tables.get("customers")
    brought = programme.design is not None and (programme.design.weight or programme.design.strata)
    if rule.method == "none" or brought or customers is None:
        return Weighting(sample.design, sample.design.weight)
    levels = customer_segments(customers, programme, clean.survey_date, programme.margins)
    left_out = {name: "the list of customers has no such column" for name in programme.margins if name not in levels}
    who = clean.tables["responses"].loc[sample.rows, "customer_id"]
    if not who.isin(levels.index).all():
        stranger = who[~who.isin(levels.index)].iloc[0]
        raise EstimateError(
            f"{clean.period}: the customer {stranger!r} answered but isn't in the list that answers are weighted to"
        )
    answered = levels.reindex(who)
    if rule.method == "propensity":
        return by_propensity(sample, clean, programme)
    found = rake_to_frame(sample.design, answered, levels, trim=rule.trim, left_out=left_out)
    if found.after.max() <= found.cap * CAP_REACHED:
        return found
    why = f"no weights under {found.cap:.1f} agree with the margins, so none was cut; a level has too few answers"
    return rake_to_frame(sample.design, answered, levels, left_out=left_out | {"trim": why})


def by_propensity(sample: Sample, clean: Clean, programme: Programme) -> Weighting:
    """The sample's weights over each customer's chance of answering, by the margins of survey.yml as far as the data carry
    them; as they are where nobody is known to have been asked."""
    people = invited_customers(clean, programme)
    if people is None:
        reason = "there is no table of invitations, so nobody is known to have been silent"
        return Weighting(sample.design, sample.design.weight, left_out={"propensity": reason})
    known = [name for name in programme.margins if name in people]
    model = answering_model(people, known)
    missing = {name: "the list of customers has no such column" for name in programme.margins if name not in people}
    chance = model.probability.reindex(clean.tables["responses"].loc[sample.rows, "customer_id"])
    found = weight_by_propensity(
        sample.design, chance.fillna(model.probability.mean()).to_numpy(), trim=programme.weighting.trim
    )
    used = tuple(name for name in known if name in model.blocks)
    return replace(found, margins=used, left_out=missing | model.left_out, merged=model.merged)
