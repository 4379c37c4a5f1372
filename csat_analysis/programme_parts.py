"""The parts of survey.yml, each a small model that checks itself: scale, dimensions, outcomes, panels, segments, reporting."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from csat_analysis.period import Period

LANGUAGES = ("zh", "en")


def both_languages(label: Any) -> Any:
    """A plain text serves both languages; `{en: …, zh: …}` says each, and one alone serves both."""
    if isinstance(label, dict) and label:
        first = next(iter(label.values()))
        return {language: str(label.get(language, first)) for language in LANGUAGES}
    return {language: str(label) for language in LANGUAGES}


Text = Annotated[dict[str, str], BeforeValidator(both_languages)]


def both_ends(ends: Any) -> Any:
    """[low, high] serves both languages; `{en: [low, high], zh: [low, high]}` says each."""
    ends = ends if isinstance(ends, dict) and ends else dict.fromkeys(LANGUAGES, ends)
    first = next(iter(ends.values()))
    pairs = {language: ends.get(language, first) for language in LANGUAGES}
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs.values()):
        raise ValueError("ends are [what the lowest answer means, what the highest means]")
    return {language: tuple(map(str, pair)) for language, pair in pairs.items()}


Ends = Annotated[dict[str, tuple[str, str]], BeforeValidator(both_ends)]
PeriodName = Annotated[str, BeforeValidator(str), AfterValidator(lambda name: str(Period.parse(name)))]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfCustomers(Part):
    """The customers that a programme is about, where it isn't about all: those with `value` in `column` of the list."""

    column: str
    value: Annotated[str, BeforeValidator(str)]


class Scale(Part):
    min: float
    max: float

    @model_validator(mode="after")
    def has_width(self) -> Scale:
        if not self.max > self.min:
            raise ValueError(f"max {self.max:g} is not above min {self.min:g}")
        return self


class Dimension(Part):
    """Items that measure one thing, and the dimension's weight in the index (0: reported beside it).

    ends  item → what its lowest and highest answer mean, for the form; written as `ends` beside the item's words.
    """

    weight: float | None = Field(None, ge=0)
    label: Text | None = None
    items: dict[str, Text]
    ends: dict[str, Ends] = {}

    @model_validator(mode="before")
    @classmethod
    def items_may_be_a_list(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("items"), list):
            twice = {item for item in raw["items"] if raw["items"].count(item) > 1}
            if twice:
                raise ValueError(f"names the item {sorted(map(str, twice))[0]} twice")
            raw = raw | {"items": {str(item): str(item) for item in raw["items"]}}
        if isinstance(raw, dict) and isinstance(raw.get("items"), dict):
            items = {str(item): item if text is None else text for item, text in raw["items"].items()}
            ends = {item: text["ends"] for item, text in items.items() if isinstance(text, dict) and "ends" in text}
            words = {item: without_ends(text, item) for item, text in items.items()}
            raw = raw | {"items": words, "ends": raw.get("ends", {}) | ends}
        return raw

    @model_validator(mode="after")
    def has_items(self) -> Dimension:
        if not self.items:
            raise ValueError("has no items")
        return self


def without_ends(text: Any, item: str) -> Any:
    """The words of an item alone; an item that has ends but no words goes by its id."""
    if not isinstance(text, dict):
        return text
    return {language: words for language, words in text.items() if language != "ends"} or item


class Outcome(Part):
    """A question beside the items. `column` may name an item's column too; `missing_codes` default to the programme's.

    question and ends are for the form: how it is asked (`label` names its figure), what the lowest and highest answer mean.
    """

    column: str
    label: Text | None = None
    question: Text | None = None
    ends: Ends | None = None
    min: float
    max: float
    satisfied: tuple[float, ...] | None = None
    promoter: tuple[float, float] | None = None
    detractor: tuple[float, float] | None = None
    likely: tuple[float, ...] | None = None
    missing_codes: tuple[str | float, ...] | None = None


class Panel(Part):
    """How one panel is drawn. A panel without `draw` isn't drawn from the frame: its contacts are staff.

    seed        with it the same frame gives the same draw; each period and panel has random numbers of its own.
    size_by     column that a customer's chance is in proportion to (pps); the list's `order_by` where it is left out.
    stratify_by column of customers, or customer_class or tenure, whose levels are the strata (stratified).
    allocation  how many of each stratum: in proportion to its customers, or to customers × spread of their scores (neyman).
    stratum_sd  level → standard deviation of scores in points for neyman; that of the last wave's where it is left out.
    """

    draw: Literal["equal_interval", "equal_groups", "top", "pps", "stratified", "all"] | None = None
    order_by: str = "sales_12m"
    size: int | None = Field(None, gt=0)
    share: float = Field(1.0, ge=0)
    label: Text | None = None
    seed: int | None = Field(None, ge=0)
    size_by: str | None = None
    stratify_by: str | None = None
    allocation: Literal["proportional", "neyman"] | None = None
    stratum_sd: dict[str, float] = {}

    @model_validator(mode="before")
    @classmethod
    def stratum_names_are_text(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("stratum_sd"), dict):
            raw = raw | {"stratum_sd": {str(level): spread for level, spread in raw["stratum_sd"].items()}}
        return raw

    @model_validator(mode="after")
    def keys_fit_the_draw(self) -> Panel:
        if self.draw == "stratified" and not self.stratify_by:
            raise ValueError("draw: stratified needs stratify_by, a column of customers")
        for key, owner in (("size_by", "pps"), ("stratify_by", "stratified"), ("allocation", "stratified")):
            if getattr(self, key) and self.draw != owner:
                raise ValueError(f"{key} belongs to draw: {owner}, not to draw: {self.draw or 'none'}")
        if self.stratum_sd and self.allocation != "neyman":
            raise ValueError("stratum_sd belongs to allocation: neyman")
        if any(not 0 < spread < float("inf") for spread in self.stratum_sd.values()):
            raise ValueError("stratum_sd: a standard deviation is above 0")
        return self

    @property
    def from_frame(self) -> bool:
        return self.draw is not None


class Standard(Part):
    from_panels: PeriodName


class Target(Part):
    gain_per_year: float
    outcomes: tuple[str, ...] = ()


class Segment(Part):
    """A column that customers (or answers) are grouped by, with words for its levels."""

    label: Text | None = None
    levels: dict[str, Text] = {}

    @model_validator(mode="before")
    @classmethod
    def level_names_are_text(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("levels"), dict):
            raw = raw | {"levels": {str(level): text for level, text in raw["levels"].items()}}
        return raw or {}


class Tenure(Part):
    """A customer is new until `new_months` after the first order."""

    new_months: int = Field(12, gt=0)


class BroughtDesign(Part):
    """Columns of a survey that brings weights of its own."""

    weight: str | None = None
    strata: str | None = None


class WeightingRule(Part):
    """How answers are weighted for who didn't answer. Margins default to the segments; weights over trim × their median are cut."""

    method: Literal["raking", "propensity", "none"] = "raking"
    margins: tuple[str, ...] | None = None
    trim: float = Field(5.0, gt=1)


class Fieldwork(Part):
    """For planning: the half-width wanted of the index's interval in points, and what an interview costs in CNY. `channels` declares
    how people are asked; where a period's survey.yml names others, the change's part that comes of it is told apart; where none does, a
    channel that answers came by in one wave alone is such a change.
    """

    channels: tuple[Literal["visit", "phone", "online", "mail"], ...] = ()
    margin: float = Field(3.0, gt=0)
    cost_per_interview: float | None = Field(None, gt=0)


class BenchmarkExample(Part):
    """A published example: at `from_points` the probability, which rises by the benchmark with each point up to `to_points`."""

    from_points: float
    to_points: float
    probability: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def goes_up(self) -> BenchmarkExample:
        if not self.to_points > self.from_points:
            raise ValueError(f"to_points {self.to_points:g} is not above from_points {self.from_points:g}")
        return self


class JourneyStage(Part):
    """What the questionnaire asks of a stage of the customer's way (enquiry, order, delivery, after_sales)."""

    items: tuple[str, ...] = ()


class Repurchase(Part):
    """When an order counts as buying again, and a published effect an index point (probability) to compare with: whose it is,
    and the example that came with it.
    """

    window_days: int = Field(gt=0)
    benchmark: float | None = Field(None, gt=0, lt=1)
    benchmark_source: Text | None = None
    benchmark_example: BenchmarkExample | None = None


def as_range(value: Any) -> Any:
    """A number is a range of one point; [low, high] is what is thought possible."""
    ends = tuple(value) if isinstance(value, list | tuple) else (value, value)
    if len(ends) != 2 or any(isinstance(end, bool) or not isinstance(end, int | float) for end in ends):
        raise ValueError(f"{value!r} is neither a number nor [low, high]")
    return ends


def as_level(column: Any, level: Any) -> str:
    """One level as text; a list, or nothing, names none."""
    if isinstance(level, list | tuple | dict) or level in (None, ""):
        raise ValueError(
            f"customers: {column} is {level!r}; a plan is for one level of a column: write a plan for each"
        )
    return str(level)


Between = Annotated[tuple[float, float], BeforeValidator(as_range)]


class Plan(Part):
    """An improvement that could be made.

    raise      dimension or item → index points, one number or what is thought possible, [low, high].
    customers  column of customers → its level; left out: all customers.
    cost       CNY a year, one number or [low, high]; left out: only what the plan may cost can be said.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    label: Text | None = None
    raises: dict[str, Between] = Field(alias="raise", min_length=1)
    customers: dict[str, str] = {}
    cost: Between | None = None

    @model_validator(mode="before")
    @classmethod
    def level_names_are_text(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("customers"), dict):
            raw = raw | {"customers": {str(name): as_level(name, level) for name, level in raw["customers"].items()}}
        return raw

    @model_validator(mode="after")
    def ranges_rise(self) -> Plan:
        for name, (low, high) in self.raises.items():
            if not 0 < low <= high < math.inf:
                raise ValueError(f"raise: {name} by {low:g} to {high:g}: points are above 0, the lower first")
        if self.cost is not None and not 0 <= self.cost[0] <= self.cost[1] < math.inf:
            raise ValueError(f"cost: {self.cost[0]:g} to {self.cost[1]:g}: CNY from 0 up, the lower first")
        return self


class MissingItems(Part):
    at_least: int = Field(4, ge=1)


class Reporting(Part):
    confidence: float = Field(0.95, gt=0.5, lt=1)
    min_group: int = Field(5, ge=1)
    min_comments: int = Field(10, ge=1)
    orphan_share: float = Field(0.05, ge=0, le=1)


class Form(Part):
    """What the fielded questionnaire says beside its items and outcomes. `competitor: null` leaves its block out."""

    intro: Text = {
        "zh": "感谢您抽出几分钟。请在每个问题的两种说法之间选择最接近您看法的一格。",
        "en": "Thank you for a few minutes. For each question, mark the point between the two statements that is closest to your view.",
    }
    contact: Text = {"zh": "客户编号", "en": "Customer number"}
    panel: Text = {"zh": "样本组", "en": "Panel"}
    comment: Text = {"zh": "您最希望我们改进什么？", "en": "What should we improve first?"}
    competitor: Text | None = {"zh": "您的主要竞争供应商", "en": "Your main other supplier"}
    ends: Ends = {"zh": ("很差", "很好"), "en": ("very poor", "very good")}
    thanks: Text = {"zh": "问卷到此结束，谢谢您！", "en": "That was all. Thank you!"}


class Theme(Part):
    """Something that customers talk of: said where a text holds one of the words.

    words      a word or phrase; `送货 + 慢` where all of the parts must stand in the text.
    dimension  whose score those who say it are held against; stage: the part of the customer's journey it is about.
    """

    label: Text | None = None
    words: tuple[str, ...] = Field(min_length=1)
    dimension: str | None = None
    stage: Literal["enquiry", "order", "delivery", "after_sales"] | None = None


class Words(Part):
    """keep: words that segmentation must not cut; stop: words that say nothing and are left out."""

    keep: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
