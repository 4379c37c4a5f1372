"""Records of repurchase of a believable half-year, as notebook 06 would write them."""

from report_records import record

from csat_analysis.results import Record

PREDICTED = {"55": 0.684, "60": 0.719, "65": 0.751, "67": 0.763, "70": 0.781, "75": 0.808, "80": 0.833}


CURVES = {"low": {"60": 0.65, "70": 0.66, "80": 0.74}, "high": {"60": 0.74, "70": 0.83, "80": 0.88}}
LOOKS = {  # verdicts of what is told of the model and of the association
    "within": "cannot_be_told",
    "gain": "adds",
    "skill": "not_shown_to_predict",
    "slope": "overconfident",
    "level": "level_not_told_apart",
    "intent": "intent_not_told_apart",
    "curves": "curves_not_told_apart",
}


def repurchase_records(verdict: str = "goes_up_with", shape: str = "cannot_be_told", **looks: str) -> list[Record]:
    said = LOOKS | looks

    def found(key: str, *numbers, **group) -> Record:
        return record(f"repurchase.{key}", *numbers, notebook="06_repurchase", **({"n": 528} | group))

    def fact(key: str, value: float, **group) -> Record:
        return found(key, value, n=None, status="exact", **group)

    return [
        fact("window_days", 180),
        found("rate", 0.765, 0.038),
        found("ame", 0.0058, 0.0037, verdict=verdict),
        fact("benchmark", 0.0058),
        found("benchmark_gap", 0.0000, 0.0037, verdict="not_told_from_benchmark"),
        fact("published", 0.75, at="67"),
        fact("published", 0.7674, at="70"),
        *[found("predicted", value, 0.05, at=at) for at, value in PREDICTED.items()],
        fact("nonlinearity_p", 0.496, verdict=shape),
        fact("shape_power", 0.503),
        found("step", None, status="not_estimable", step="complete"),
        found("step", 0.09, 0.079, step="satisfied"),
        found("by_competition", 0.0084, 0.0067, n=149, competition="high"),
        found("by_competition", None, n=125, status="not_certified", competition="low"),
        found("by_competition", None, n=40, status="not_estimable", competition="medium"),
        found("by_segment", 0.0064, 0.0060, n=130, segment="customer_class", level="A"),
        fact("equal_slopes_p", 0.41, column="competition", verdict="slopes_not_told_apart"),
        fact("separation", 0),
        found("auc", 0.683, 0.065, n=394),
        found("auc_gain", 0.038, 0.032, n=394, verdict=said["gain"]),
        found("brier_against_rate", -0.0005, 0.019, n=394, verdict=said["skill"]),
        found("calibration_slope", 0.514, 0.218, n=394, verdict=said["slope"]),
        found("forecast_gap", 0.028, 0.044, n=394, verdict=said["level"]),
        fact("foretold", 0.422, fifth="1"),
        found("observed", 0.655, 0.111, n=79, fifth="1"),
        found("ame_within", 0.0102, 0.011, n=227, verdict=said["within"]),
        found("ame_corrected", None, status="not_certified"),
        found("e_value", 1.44, 0.25),
        *[
            found("curve_by", value, 0.09, n=140, competition=level, at=at)
            for level, curve in CURVES.items()
            for at, value in curve.items()
        ],
        fact("equal_curves_p", 0.78, column="competition", verdict=said["curves"]),
        found("by_intent", 0.796, 0.054, n=249, intent="likely"),
        found("by_intent", 0.739, 0.057, n=263, intent="unlikely"),
        found("intent_gap", 0.057, 0.081, n=512, verdict=said["intent"]),
        found("sales_at_risk", 0.11, 0.044, n=129),
    ]
