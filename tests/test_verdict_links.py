"""Every verdict word on the page is a link to the rule that gave it."""

import json
import re

import pytest
from explained_records import explained_records
from report_examples import CHECKOUT, changed_report, foreign_report, house_report, house_results, report, thin_report

from csat_analysis.report import wording
from csat_analysis.report.wording import say
from csat_analysis.results import Results
from csat_analysis.verdict_rules import RULES, rule_of


def explained_report(language: str):
    return report(Results([*house_results().records, *explained_records()]), language)


@pytest.mark.parametrize("build", [house_report, changed_report, thin_report, foreign_report, explained_report])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_verdict_word_links_to_its_rule(build, language):
    page = build(language).page()
    cells = re.findall(r'<td class="verdict"[^>]*>(.*?)</td>', page)
    label = say("source.verdict", language)
    popovers = re.findall(rf"<dt>{re.escape(label)}<dd>(.*?)(?=<dt>|</dl>)", page)
    given = [word.strip() for word in [*cells, *popovers] if word.strip()]
    ids = set(re.findall(r'<div id="(rule-[a-z_]+)">', page))
    for word in given:
        place = re.fullmatch(r'<a href="#(rule-[a-z_]+)">[^<]+</a>', word)
        assert place and place[1] in ids, word


def test_the_house_page_has_verdicts_to_link():
    assert house_report("en").page().count('<a href="#rule-') > 20


def test_every_number_with_a_verdict_in_the_notebooks_has_one_rule():
    outputs = [
        output.get("metadata", {}).get("csat")
        for path in sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
    ]
    judged = {(found["key"], found["verdict"]) for found in outputs if found and found.get("verdict")}
    assert judged and not [place for place in judged if rule_of(*place) is None]


def test_a_word_of_several_rules_goes_to_that_of_its_number():
    assert rule_of("target.check", "rose") == "check" and rule_of("satisfaction.change", "rose") == "change"
    assert rule_of("target.progress", "rose") is None  # no target rises
    assert {rule.word for rule in RULES} == set(wording.VERDICTS)
