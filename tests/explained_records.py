"""Records of an explained change of +2.1 points, as notebook 04 would write them; one part is beyond chance."""

from report_records import record

from csat_analysis.results import Record

KEY = "satisfaction.change_part"
DIMENSIONS = {"product": 0.42, "policy": 0.12, "after_sales": 0.84, "staff": 0.58, "management": 0.14}
CAUSES = {"mix": -0.2, "rate": 2.3}


def explained_records(*, told: str = "after_sales", channel: float | None = None) -> list[Record]:
    """`told` is the one dimension beyond chance; `channel` is the part of a declared change of channels."""
    causes = CAUSES if channel is None else {"mix": -0.2, "rate": 2.3 - channel, "channel": channel}
    exact = [("causes", "channel")] * (channel is None) + [("dimensions", "questionnaire"), ("causes", "questionnaire")]
    found = [record(KEY, 2.1, 1.8, view="both", part="total")]
    for view, parts in (("dimensions", DIMENSIONS), ("causes", causes)):
        noise = 0.0
        for name, value in parts.items():
            word = "part_up" if name == told else "part_noise"
            noise += value if word == "part_noise" else 0.0
            found.append(record(KEY, value, 0.5 if name == told else 2.6, verdict=word, view=view, part=name))
        found.append(record(KEY, noise, n=None, status="exact", view=view, part="noise"))
    return found + [record(KEY, 0.0, n=None, status="exact", view=view, part=part) for view, part in exact]
