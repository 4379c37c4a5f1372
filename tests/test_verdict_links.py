"""Every verdict word on the page is a link to the rule that gave it."""

import json
import re

import pytest
from explained_records import explained_records
from report_examples import CHECKOUT, changed_report, foreign_report, house_report, house_results, report, thin_report
from sample_report import sample_report

from csat_analysis.report import message_tables, survey_design, wording
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
        place = re.fullmatch(r'<a class="rule" href="#(rule-[a-z_]+)">[^<]+</a>', word)
        assert place and place[1] in ids, word


@pytest.mark.parametrize("build", [house_report, changed_report, thin_report, foreign_report, sample_report])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_link_leads_to_a_rule_and_every_rule_has_one(build, language):
    page = build(language).page()
    links = set(re.findall(r'<a class="rule" href="#(rule-[a-z_]+)">', page))
    assert links == set(re.findall(r'<div id="(rule-[a-z_]+)">', page))
    assert links or build is foreign_report  # nothing is judged there
    assert "&lt;a" not in page and not re.search(r"\]\([a-z]+\)", page)


SENTENCES = {
    (word, key)
    for table in (*vars(message_tables).values(), survey_design.DRAWN, survey_design.COULD_FIND, survey_design.SIZES)
    if isinstance(table, dict)
    for word, key in table.items()
    if word in message_tables.VERDICTS and isinstance(key, str) and not key.startswith("verdict.")
}


@pytest.mark.parametrize("word, key", sorted(SENTENCES))
def test_a_sentence_said_for_a_verdict_marks_its_words_with_a_rule_that_gives_the_verdict(word, key):
    for language, text in wording.MESSAGES[key].items():
        rules = [rule for _, rule in wording.VERDICT_WORD.findall(text)]
        assert len(rules) == 1 and (rules[0], word) in {(rule.name, rule.word) for rule in RULES}, language


def test_there_are_sentences_to_look_at():
    assert len(SENTENCES) > 100


def test_the_verdict_in_the_headline_the_tiles_and_the_sentences_is_a_link():
    page = sample_report("en").page()
    headline = re.search(r'<p class="headline">(.*?)</p>', page, re.DOTALL)[1]
    assert '<a class="rule" href="#rule-change">no detectable change</a>' in headline
    tiles = re.findall(r'<p class="tile-note">(.*?)</p>', page, re.DOTALL)
    assert {"rule-change", "rule-standard", "rule-target"} <= set(re.findall(r'href="#([a-z_-]+)"', " ".join(tiles)))


def test_a_message_without_a_page_says_the_words_alone():
    assert say("change.no_detectable_change", "en", before="then") == "no detectable change since then"
    linked = say("change.no_detectable_change", "en", linked={"change"}, before="<i>")
    assert linked == '<a class="rule" href="#rule-change">no detectable change</a> since &lt;i&gt;'
    assert say("change.no_detectable_change", "en", linked={"gap"}, before="then").startswith("no detectable change")


def test_a_section_read_alone_leads_to_the_rules_of_the_page():
    alone = house_report("en").section_for_notebook("overview")
    assert 'href="../report.en.html#rule-change"' in alone and 'href="#rule-' not in alone


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
    assert {rule.word for rule in RULES} == set(message_tables.VERDICTS)
