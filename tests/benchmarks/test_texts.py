"""100,000 different texts masked, cut, compared, themed and categorised: CPU time and memory (when asked for)."""

from __future__ import annotations

import resource
import time

import numpy as np
import pytest

from csat_analysis.models.categories import Labelled
from csat_analysis.models.categories import tested as held_out
from csat_analysis.models.distinctive import distinctive
from csat_analysis.models.masking import Mask
from csat_analysis.models.segmentation import Segmenter, terms_of
from csat_analysis.models.themes import theme_table
from csat_analysis.programme_parts import Theme
from csat_analysis.simulation.setting import SETTING

TEXTS, NAMES, LABELLED = 100_000, 20_000, 20_000
SECONDS, GIGABYTES = 60, 2


def texts(count: int, seed: int = 1) -> tuple[list[str], np.ndarray]:
    """Different texts of two to four of the sample company's phrases and a number; and which dimension the first is of."""
    rng = np.random.default_rng(seed)
    dimensions = [name for name in SETTING["comments"] if "bad" in SETTING["comments"][name]]
    phrases = {
        name: [*SETTING["comments"][name]["bad"]["zh"], *SETTING["comments"][name]["bad"]["en"]] for name in dimensions
    }
    topic = rng.choice(dimensions, count)
    every = [phrase for own in phrases.values() for phrase in own]
    found = []
    for place, name in enumerate(topic):
        others = rng.choice(every, rng.integers(1, 4))
        found.append(
            f"{rng.choice(phrases[name])}，{'；'.join(others)}，{place}号店，请张经理回电１３９{place % 10**8:08d}"
        )
    return found, topic


def work(said: list[str], topic: np.ndarray, labelled: int) -> dict[str, int]:
    mask, segmenter = Mask(f"示例客户{i}号" for i in range(NAMES)), Segmenter()
    masked = [mask(text) for text in said]
    low = topic == topic[0]
    found = distinctive(terms_of(masked, segmenter), [f"p{i}" for i in range(len(said))], low, ~low, fewest=5)
    late = theme_table(masked, {"late": Theme(words=["送货 + 慢", "late"]), "training": Theme(words=["培训"])})
    model = held_out(Labelled.of(masked[:labelled], topic[:labelled]), segmenter, rarest=2)
    return {"terms": len(found), "late": int(late["late"].sum()), "right": round(model.accuracy().value * 100)}


def test_a_few_hundred_texts_come_out_right():
    said, topic = texts(400)
    found = work(said, topic, 400)
    assert found["terms"] > 20 and 0 < found["late"] < 400 and found["right"] > 30


@pytest.mark.benchmark(timer=time.process_time)
def test_a_hundred_thousand_texts(benchmark, measured):
    said, topic = texts(TEXTS)
    benchmark.pedantic(work, [said, topic, LABELLED], rounds=1)
    seconds, gigabytes = benchmark.stats.stats.median, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    measured("100,000 texts masked, cut, compared, themed; 20,000 categorised", seconds, "s", f"{SECONDS} s")
    assert seconds < SECONDS and gigabytes < GIGABYTES
