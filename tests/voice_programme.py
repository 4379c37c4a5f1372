"""A small programme with texts, made to order: one item, two waves, tickets and mentions."""

from pathlib import Path

import pandas as pd
import yaml

from csat_analysis.metrics.wave import load_waves
from csat_analysis.models.voice import Voice
from csat_analysis.period import Period

SURVEY = {
    "name": "Small",
    "scale": {"min": 0, "max": 10},
    "dimensions": {"goods": {"items": ["q1"]}},
    "standard": 50,
    "reporting": {"min_group": 5, "min_comments": 10},
}
THEMES = {
    "late": {"words": ["送货 + 慢", "late delivery"], "dimension": "goods", "stage": "delivery"},
    "good": {"words": ["很好"]},
}


def voice(
    root: Path, comments: list[str], scores: list[float], *, themes: dict | None = THEMES, **tables: pd.DataFrame
) -> Voice:
    """What is found of comments with their scores (0–10), and of other tables, in 2026H1."""
    folder = root / "data" / "raw" / "2026H1"
    folder.mkdir(parents=True)
    (root / "data" / "raw" / "survey.yml").write_text(yaml.safe_dump(SURVEY), encoding="utf-8")
    if themes:
        (root / "data" / "raw" / "themes.yml").write_text(yaml.safe_dump(themes, allow_unicode=True), encoding="utf-8")
    answers = pd.DataFrame({"response_id": [f"R{i}" for i in range(len(comments))], "q1": scores, "comment": comments})
    for name, table in ({"responses": answers} | tables).items():
        table.to_csv(folder / f"{name}.csv", index=False)
    now = Period.parse("2026H1")
    return Voice(load_waves(root, now), now, root)
