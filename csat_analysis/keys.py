"""The keys of results.json: the unit of each number and what it is recorded by. Extended, never renamed."""

from __future__ import annotations

# key → (unit, names of its group). The unit "measure" is that of the measure named in the group.
KEYS: dict[str, tuple[str, tuple[str, ...]]] = {
    # 01 clean data
    "data.rows_in": ("count", ("table",)),
    "data.rows_kept": ("count", ("table",)),
    "data.rows_set_aside": ("count", ("table",)),
    "data.values_missing": ("count", ("table", "rule")),
    "data.values_repaired": ("count", ("table", "rule")),
    "data.rows_set_aside_by_rule": ("count", ("table", "rule")),
    "data.asked": ("count", ("panel",)),
    "data.answers": ("count", ("panel",)),
    "data.clean_share": ("share", ()),
    # 02 survey design
    # 03 sample bias
    "bias.response_rate": ("share", ("variable", "level")),
    "bias.outcome_rate": ("share", ("rate",)),
    "bias.silent_share": ("share", ()),
    "bias.revenue_coverage": ("share", ()),
    "bias.r_indicator": ("ratio", ()),
    "bias.largest_bias": ("points", ()),
    "bias.imbalance": ("score", ("variable", "level", "stage")),
    "bias.imbalance_noise": ("score", ("stage",)),
    "bias.deff": ("ratio", ()),
    "bias.n_effective": ("count", ()),
    "bias.largest_weight": ("ratio", ()),
    "bias.unweighted_index": ("points", ()),
    "bias.weighting_shift": ("measure", ("measure",)),
    "bias.tipping_point": ("points", ()),
    "bias.points_lower": ("points", ()),
    "bias.tipping_point_level": ("points", ("variable", "level")),
    "bias.tipping_point_change": ("points", ("from",)),
    "bias.if_silent_lower": ("points", ("by",)),
    "bias.late_answerers": ("points", ()),
    "bias.channel": ("points", ("channel",)),
    "bias.study_bias": ("points", ("answering", "method")),
    "bias.study_coverage": ("share", ("answering", "method")),
    # 04 satisfaction
    "design.merged_strata": ("count", ()),
    "design.margin_levels": ("count", ("variable",)),
    "certification.cells": ("count", ("outcome",)),
    "certification.coverage": ("share", ("estimator", "answers")),
    "satisfaction.index": ("points", ()),
    "satisfaction.standard": ("points", ()),
    "satisfaction.against_standard": ("points", ()),
    "satisfaction.three_panel_mean": ("points", ()),
    "satisfaction.panel": ("points", ("panel",)),
    "satisfaction.dimension": ("points", ("dimension",)),
    "satisfaction.weight": ("share", ("dimension",)),
    "satisfaction.item": ("points", ("item",)),
    "satisfaction.satisfied_share": ("share", ()),
    "satisfaction.csat": ("share", ()),
    "satisfaction.nps": ("nps_points", ()),
    "satisfaction.segment": ("points", ("segment", "level")),
    "satisfaction.segment_nps": ("nps_points", ("segment", "level")),
    "satisfaction.change": ("measure", ("measure", "from")),
    "satisfaction.trend": ("measure", ("measure", "period")),
    "satisfaction.perception_gap": ("points", ()),
    "target.gain": ("points", ()),
    "target.progress": ("points", ()),
    # 05 customers and service
    # 06 repurchase
    # 07 drivers and plan
    # 08 voice of the customer
    # 09 managers and actions
}
MEASURE_UNITS = {"nps": "nps_points", "csat": "share", "satisfied_share": "share"}
DECIMALS = {"points": 2, "nps_points": 2, "share": 4, "count": 0}
