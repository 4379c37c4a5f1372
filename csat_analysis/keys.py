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
    "design.frame": ("count", ()),
    "design.in_two_panels": ("count", ()),
    "design.draw_explained": ("share", ("panel",)),
    "design.additions": ("count", ("panel",)),
    "design.omissions": ("count", ("panel",)),
    "design.levels_compared": ("count", ()),
    "design.levels_off": ("count", ()),
    "design.response_rate": ("share", ("panel",)),
    "design.detectable_change": ("points", ("panel",)),
    "design.detectable_change_measure": ("measure", ("measure",)),
    "design.detectable_change_segment": ("points", ("segment", "level")),
    "design.detectable_change_manager": ("points", ("manager",)),
    "design.same_customers": ("share", ()),
    "design.correlation": ("ratio", ()),
    "design.effect": ("ratio", ()),
    "design.margin": ("points", ()),
    "design.sample_size": ("count", ()),
    "design.invitations": ("count", ()),
    "quality.alpha": ("score", ("dimension",)),
    "quality.omega": ("score", ("dimension",)),
    "quality.factors": ("count", ()),
    "quality.items_off_dimension": ("count", ()),
    "quality.careless_share": ("share", ()),
    "quality.careless_by_chance": ("share", ()),
    "quality.careless_effect": ("points", ()),
    # 03 sample bias
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
