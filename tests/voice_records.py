"""Records of what customers say in a believable half-year, as notebook 08 would write them."""

from report_records import record

from csat_analysis.results import Record

SOURCES, STAGES = ("comment", "ticket", "mention"), ("enquiry", "order", "delivery", "after_sales")


def voice_records(gap_verdict: str = "lower", word_verdict: str = "dissatisfied_say", texts: int = 74) -> list[Record]:
    def found(key: str, *numbers, **group) -> Record:
        return record(key, *numbers, notebook="08_voice_of_customer", **({"n": 73} | group))

    def fact(key: str, value: float, **group) -> Record:
        return found(key, value, n=None, status="exact", **group)

    before = {"from": "2025H2"}
    return [
        *[fact("feedback.texts", texts, source=source) for source in SOURCES],
        found("feedback.commented_share", 0.626, 0.1),
        found("feedback.theme_share", 0.41, 0.1, theme="late_delivery"),
        found("feedback.theme_share", 0.2, 0.1, theme="training"),
        found("feedback.theme_change", 0.12, 0.08, theme="late_delivery", verdict="said_more", **before),
        found("feedback.theme_change", 0.01, 0.08, theme="training", verdict="no_detectable_difference", **before),
        *[fact("feedback.theme_count", 9, theme="late_delivery", source=source) for source in SOURCES],
        found(
            "feedback.theme_gap", -9.1, 3.0, n=21, theme="late_delivery", dimension="after_sales", verdict=gap_verdict
        ),
        found("feedback.word", 1.2, 0.8, n=30, word="送货太慢", measure="index", verdict=word_verdict),
        found(
            "feedback.word",
            -2.1,
            0.9,
            n=14,
            word="<b>well run</b>",
            measure="index",
            verdict="no_detectable_difference",
        ),
        found("feedback.word", 1.9, 0.9, n=14, word="退货", measure="after_sales", verdict=word_verdict),
        found("feedback.new_word", 1.4, 0.8, n=22, word="晚到", verdict="said_more", **before),
        fact("feedback.categorised", 149, how="given"),
        fact("feedback.categorised", 23, how="wording"),
        found("feedback.model_accuracy", 0.47, 0.2, n=17),
        found("feedback.model_precision", None, status="not_estimable"),
        found("feedback.category_share", 0.343, 0.006, n=172, category="transport"),
        found("feedback.category_share", 0.081, 0.006, n=172, category="contract"),
        found("competitor.gap", 4.6, 3.1, n=52, competitor="all", dimension="product", verdict="ahead"),
        found("competitor.gap", -6.3, 5.1, n=20, competitor="竞品甲", dimension="staff", verdict="behind"),
        found("competitor.gap", None, n=None, status="suppressed", competitor="竞品乙", dimension="staff"),
        *[fact("feedback.journey_volume", 5, stage=stage, source=source) for stage in STAGES for source in SOURCES],
        *[found("feedback.journey_wait", 6.5, 1.0, stage=stage) for stage in STAGES],
        *[found("feedback.journey_satisfaction", 70.0, 4.0, stage=stage) for stage in STAGES],
        found("feedback.journey_gap", -6.0, 4.0, stage="delivery", verdict="lower"),
    ]
