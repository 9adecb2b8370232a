"""The site over several reports: cards, texts, what is on it."""

import json
import re
import shutil

import pytest

from helpers import paths
from helpers.config import Prior
from helpers.errors import ReportError
from helpers.pipeline.faults import Fault
from helpers.record import Number, Numbers
from helpers.report.figures.money import rollout
from helpers.report.topics import decision, design
from helpers.site import render
from helpers.site.catalogue import Report
from helpers.site.catalogue import reports as whole_reports
from helpers.site.front_page import front_page
from helpers.site.summary import summary
from tests.built_once import built_once
from tests.fake_report import ATTACK, NUMBERS, STUDY, built, prepare, report_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return built_once(tmp_path_factory, "fake_report", built) / "reports"


def test_the_front_page_shows_a_card_a_study(reports):
    html = re.sub(r'<span class="number">(.*?)</span>', r"\1", (reports / "index.html").read_text())
    card = html[html.index('<article class="study-card"') : html.index("</article>")]
    found = ["verdict-go", "A calmer cart", NUMBERS["decision.headline"][0], "+8.2", "+5.6", "EUR", "11 of 12"]
    places = [card.index(text) for text in found]
    assert places == sorted(places)
    assert f'href="{STUDY.name}/index.html"' in card and f'href="{STUDY.name}/{STUDY.name}.html"' in card


def test_a_card_escapes_what_comes_from_data(tmp_path):
    where = prepare(tmp_path, notebooks=1)
    numbers = Numbers({**report_of(where).numbers, "decision.headline": Number(ATTACK, "text", "", ATTACK)})
    study = STUDY.model_copy(update={"title": ATTACK, "question": ATTACK})
    text = render.front([Report(study, where, numbers)], {}, [])
    assert "<img" not in text and text.count("&lt;img src=x") == 3


def test_a_card_says_what_people_decided_beside_the_verdict_and_nothing_where_nobody_did(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    for sentence, there in (("Against the rule, product decided KILL.", True), (None, False)):
        said = Number(sentence, "text", "", sentence or "not available")
        text = render.front([Report(STUDY, report.where, Numbers({**report.numbers, "people.sentence": said}))], {}, [])
        assert ("<strong>What people decided.</strong> Against the rule" in text) is there
        assert "verdict-go" in text


def test_money_that_cannot_be_had_has_no_interval(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    missing = Number(None, "money", "the log is too short", "not available")
    numbers = Numbers(
        {**report.numbers, "money.expected": missing, "money.horizon_point": missing, "money.horizon_low": missing}
    )
    text = render.front([Report(STUDY, report.where, numbers)], {}, [])
    assert "not\u00a0available" in text and "not\u00a0available to" not in text


PLACEHOLDERS = STUDY.model_copy(
    update={"assumed": ["hypothesis", "change", "economics.contribution_margin", "economics.implementation_cost"]}
)


def per_unit_alone(numbers: Numbers) -> Numbers:
    """The numbers of a study whose margin and cost nobody stated."""
    why = "EUR 1.13 more per exposed unit (EUR 0.20 to EUR 2.06); state contribution_margin and implementation_cost"
    money = {name: Number(None, n.unit, n.description, "not available", why) for name, n in numbers.items()
             if name.startswith(("money.", "risk.loss"))}  # fmt: skip
    return Numbers({**numbers, **money, "money.per_unit": Number(113.0, "price", "", "EUR 1.13")})


def test_what_nobody_stated_makes_no_headline(tmp_path):
    """Neither money over the year nor a text that was made up: on the front pages and in the summary."""
    report = report_of(prepare(tmp_path, notebooks=1))
    numbers = per_unit_alone(report.numbers)
    page = front_page(PLACEHOLDERS, report.where, numbers, []).replace("\u00a0", " ")
    cards = render.front([Report(PLACEHOLDERS, report.where, numbers)], {}, []).replace("\u00a0", " ")
    said = summary(PLACEHOLDERS, report.where, numbers)
    for text in (page, cards, said):
        assert "EUR 1.13" in text and "1,112,223" not in text and "xpected over" not in text
    assert "state contribution_margin and implementation_cost" in page and "Worth over" not in page
    assert "<small>not stated: contribution_margin, implementation_cost</small>" in cards
    assert "  money:   EUR 1.13 more per exposed unit (EUR 0.20 to EUR 2.06); state" in said
    assert "  assumed: decision.prior.harm, decision.prior.size, economics.contribution_margin, " in said
    assert "**Hypothesis.**" not in page and "**Change.**" not in page and "Exposure: the first *cart*." in page


def test_an_interval_that_cannot_be_trusted_is_doubted_wherever_its_headline_stands(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    claim = "The interval of revenue cannot be trusted."
    for doubted in (True, False):
        caveat = {"trust.caveats.skew_revenue": Number("Too few units.", "text", claim, "Too few units.")}
        numbers = Numbers({**report.numbers, **(caveat if doubted else {})})
        cards = render.front([Report(STUDY, report.where, numbers)], {}, [])
        page, said = front_page(STUDY, report.where, numbers, []), summary(STUDY, report.where, numbers)
        assert (claim in page) is (f"<strong>In doubt:</strong> {claim}" in cards) is doubted
        assert (f"  doubt:   {claim}\n" in said) is doubted


@pytest.mark.parametrize("verdict", ["INVALID", "GO"])
def test_the_terminal_says_what_mends_an_invalid_experiment_and_what_it_does_not_rest_on(tmp_path, verdict):
    report, todo = report_of(prepare(tmp_path, notebooks=1)), "Draw no conclusion: run it again."
    numbers = Numbers({**report.numbers, "decision.verdict": Number(verdict, "text", "", verdict),
                       "decision.recommendation": Number(todo, "text", "", todo)})  # fmt: skip
    study = STUDY.model_copy(update={"assumed": ["decision.prior", "variants.weight"]})
    said = summary(study, report.where, numbers)
    invalid = verdict == "INVALID"
    assert (f"  to do:   {todo}\n" in said) is invalid
    (assumed,) = [line for line in said.splitlines() if line.startswith("  assumed: ")]
    assert "variants.weight" in assumed and ("decision.prior" in assumed) is not invalid


def test_the_terminal_names_the_arm_whose_risk_and_money_it_tells(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    third = STUDY.treatments[0].model_copy(update={"name": "third"})
    study = STUDY.model_copy(update={"variants": [*STUDY.variants, third]})
    numbers = Numbers({**report.numbers, "decision.arm": Number("third", "text", "", "third")})
    assert "no improvement of third " in summary(study, report.where, numbers)
    assert "  money:   third: " in summary(study, report.where, numbers)
    assert "third" not in summary(STUDY, report.where, numbers)


@pytest.mark.parametrize("name", ["skew_{}", "clusters", "skew_{}_as_it_is", ""])
def test_the_verdict_of_a_metric_with_a_doubted_interval_is_marked(tmp_path, name):
    """Significance is read off the same interval; of the mean as it is another one is doubted than the table holds."""
    report, primary = report_of(prepare(tmp_path, notebooks=1)), STUDY.primary.name
    told = {f"metrics.{primary}.verdict": Number("significantly better", "text", "", "significantly better")}
    caveat = (
        {f"trust.caveats.{name.format(primary)}": Number("Too few.", "text", "Doubted.", "Too few.")} if name else {}
    )
    page = front_page(STUDY, report.where, Numbers({**report.numbers, **told, **caveat}), [])
    assert ("significantly better, by a doubted interval" in page) is (name in ("skew_{}", "clusters"))


@pytest.mark.parametrize("revenue", [True, False])
@pytest.mark.parametrize("stated", [True, False])
def test_a_time_over_which_no_money_is_reckoned_is_told_only_where_somebody_stated_it(tmp_path, revenue, stated):
    report = report_of(prepare(tmp_path, notebooks=1))
    assumed = ["period"] if stated else ["period", "economics.horizon_months"]
    economics = STUDY.economics.model_copy(update={} if revenue else {"revenue_metric": None})
    study = PLACEHOLDERS.model_copy(update={"economics": economics, "assumed": [*PLACEHOLDERS.assumed, *assumed]})
    none = {"money.per_unit": Number(None, "price", "", "not available", "no unit of an arm has a value of revenue")}
    numbers = Numbers({**per_unit_alone(report.numbers), **none})
    page = front_page(study, report.where, numbers, []).replace("\u00a0", " ")
    cards = render.front([Report(study, report.where, numbers)], {}, []).replace("\u00a0", " ")
    for text, word in ((page, ">Worth"), (cards, "<dt>Expected")):
        assert (word in text) is revenue and (f"{word} over 12 months" in text) is (revenue and stated)


def test_a_number_that_rests_on_an_assumption_is_marked(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    page = front_page(STUDY, report.where, report.numbers, [])
    assert page.count("<br>assumed: prior.harm, prior.size") == 2, "the money and the risk"
    assert "**Hypothesis.**" in page and "**Change.**" in page
    prior = Prior(improve=0.2, harm=0.2, size=0.05)
    stated = STUDY.model_copy(update={"decision": STUDY.decision.model_copy(update={"prior": prior})})
    assert "assumed:" not in front_page(stated, report.where, report.numbers, [])
    assert "assumed:" not in summary(stated, report.where, report.numbers)


def changed(report: Report, **texts: str) -> Numbers:
    """The numbers of a report, some of them with another text or new; ``__`` stands for a dot."""
    told = {name.replace("__", "."): Number(text, "text", "", text) for name, text in texts.items()}
    return Numbers({**report.numbers, **told})


def test_an_invalid_experiment_is_not_told_as_a_finding(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    numbers = changed(report, decision__verdict="INVALID")
    assert "not to be read" in front_page(STUDY, report.where, numbers, [])
    assert "not to be read" in render.front([Report(STUDY, report.where, numbers)], {}, [])
    assert "not to be read" not in front_page(STUDY, report.where, report.numbers, [])


def test_the_p_of_a_guardrail_stands_in_the_table_of_the_front_page(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    guardrail = next(m for m in STUDY.metrics if m.role == "guardrail")
    numbers = changed(report, **{f"metrics__{guardrail.name}__p_adjusted": "0.0221"})
    page = front_page(STUDY, report.where, numbers, [])
    assert ">0.0221<" in page and "its p is that of any change, at a level of its own" in page


@pytest.mark.parametrize("verdict", ["GO", "ITERATE"])
def test_what_has_to_be_done_first_stands_right_below_a_verdict_to_ship(tmp_path, verdict):
    report = report_of(prepare(tmp_path, notebooks=1))
    said = summary(STUDY, report.where, changed(report, trust__first="find the lost units", decision__verdict=verdict))
    lines = said.strip().splitlines()
    assert (lines[2] == "  first:   Find the lost units.") == (verdict == "GO") == ("first:" in said)
    assert "first:" not in summary(STUDY, report.where, report.numbers)


@pytest.mark.parametrize(("low", "high", "told"), [
    ("+186.6 %", "unbounded", "+186.6 % to no bound"), ("unbounded", "+2.0 %", "no bound to +2.0 %"),
    ("unbounded", "unbounded", "no bound on either side"), ("+1.0 %", "+2.0 %", "+1.0 % to +2.0 %"),
])  # fmt: skip
def test_an_interval_without_an_end_reads_alike_on_every_page(tmp_path, low, high, told):
    report = report_of(prepare(tmp_path, notebooks=1))
    numbers = changed(report, primary__relative_low=low, primary__relative_high=high)
    pages = front_page(STUDY, report.where, numbers, []), render.front([Report(STUDY, report.where, numbers)], {}, [])
    assert all(told in page.replace("\u00a0", " ") and "unbounded" not in page for page in pages)


def test_the_cards_are_about_the_arm_that_the_decision_is_about(tmp_path):
    """What notebook 05 records without an arm in its name is of the proposed one; the table shows it first, then the others."""
    report = report_of(prepare(tmp_path, notebooks=1))
    arms = [STUDY.variants[0], *(STUDY.variants[1].model_copy(update={"name": name}) for name in ("loud", "calm"))]
    study = STUDY.model_copy(update={"variants": arms})
    fields, metric = ("relative", "relative_low", "relative_high", "p_adjusted"), f"metrics__{STUDY.primary.name}"
    own = {f"{of}__{field}": f"CALM{field}" for of in ("primary", metric) for field in fields}
    other = {f"arms__loud__{STUDY.primary.name}__{field}": f"LOUD{field}" for field in fields}
    numbers = changed(report, decision__arm="calm", primary__arm="calm", **own, **other)
    page = front_page(study, report.where, numbers, [])
    cards = page[page.index('class="cards"') : page.index("## The question")]
    assert cards.count(" in calm</p>") == 3 and "CALMrelative_low" in cards and "LOUD" not in cards
    table = page[page.index("## Metrics") : page.index("## Rollout")]
    rows = [row.split("</tr>")[0] for row in table.split("<tr")]
    assert any("loud" in row and "LOUDrelative" in row and STUDY.primary.label in row for row in rows)
    assert any("calm" in row and "CALMrelative" in row and STUDY.primary.label in row for row in rows)
    card = render.front([Report(study, report.where, numbers)], {}, [])
    assert "in calm</dt>" in card and "CALMrelative_high" in card


def test_the_arms_of_a_study_stand_under_their_own_names(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    arms = [v.model_copy(update={"name": name}) for v, name in zip(STUDY.variants, ("old_cart", "calm"), strict=True)]
    page = front_page(STUDY.model_copy(update={"variants": arms}), report.where, report.numbers, [])
    card = page[page.index('class="cards"') :].split("</div>")[0]
    assert re.search(r" old_cart, \S+ calm<br>", card.replace("\u00a0", "")) and not re.search(
        "control|treatment", card
    )


def test_rows_that_a_condition_leaves_out_stand_beside_those_that_are_kept(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    said = "7 rows are not taken: those for which this does not hold: country < 'DE'"
    page = front_page(STUDY, report.where, changed(report, data__apart=said), [])
    assert f"rows kept<br>{said.replace('<', '&lt;').replace(chr(39), '&#39;')}</p>" in page
    assert "not taken" not in front_page(STUDY, report.where, report.numbers, [])


@pytest.mark.parametrize("verdict", ["GO", "KILL"])
def test_a_rollout_that_nobody_stated_is_marked_wherever_it_stands(tmp_path, verdict):
    report = report_of(prepare(tmp_path, notebooks=1))
    numbers = changed(report, decision__verdict=verdict)
    assumed = STUDY.model_copy(update={"assumed": ["rollout", "milestones"]})
    for study, marked in ((STUDY, False), (assumed, True)):
        places = [
            front_page(study, report.where, numbers, []).partition("## Rollout")[2].replace("\\", ""),
            decision.note_rollout(study, verdict),
            rollout(study, verdict).layout.meta["subtitle"],
        ]
        assert ["ssumed: rollout" in place for place in places] == [marked] * 3
        assert (design.note_milestones(study) == "Assumed: milestones") is marked


def test_money_says_of_which_metric_and_on_which_mean(tmp_path):
    report = report_of(prepare(tmp_path, notebooks=1))
    revenue = STUDY.revenue.model_copy(update={"winsorize": 0.99})
    metrics = [revenue if m.name == revenue.name else m for m in STUDY.metrics]
    study = STUDY.model_copy(update={"metrics": metrics})
    page = front_page(study, report.where, changed(report, money__per_unit="EUR 2.05"), [])
    assert f"once {revenue.label.lower()} changes by" in page
    assert f"reckoned from {revenue.label.lower()} with its extreme values, which changes by EUR 2.05" in page
    tested = f"the risk is of {STUDY.primary.label.lower()}, the losses are of {revenue.label.lower()} as it is"
    assert tested in page
    plain = STUDY.model_copy(update={"metrics": [m.model_copy(update={"winsorize": None}) for m in metrics]})
    assert "the losses are of" not in front_page(plain, report.where, changed(report, money__per_unit="EUR 2.05"), [])


MISSING = (
    Fault("05_ab_results", "05_ab_results stopped in cell 7: no unit in <b>\n  got:      0 units\n  remedy:   wait"),
    Fault.waiting("06_roi_and_rollout", "05_ab_results"),
)
PARTS = {"02_funnel_analysis": ("funnel.",), "05_ab_results": ("primary.", "truth.", "trust.", "exposed."),
         "06_roi_and_rollout": ("decision.", "money.", "risk."), "01_data_prep": ("data.",)}  # fmt: skip
"""Numbers of the front page by the notebook that records them."""


@pytest.mark.parametrize("gone", [("02_funnel_analysis",), ("05_ab_results", "06_roi_and_rollout"), tuple(PARTS)])
def test_a_front_page_says_what_is_missing_and_why_and_shows_the_rest(tmp_path, gone):
    where = prepare(tmp_path, notebooks=1)
    lost = tuple(prefix for part in gone for prefix in PARTS[part])
    numbers = Numbers({name: n for name, n in report_of(where).numbers.items() if not name.startswith(lost)})
    faults = tuple(Fault(part, f"{part} stopped in cell 7: no unit in <b>\n  got:      0 units") for part in gone)
    page = front_page(STUDY, where, numbers, [], (), faults)
    card = render.front([Report(STUDY, where, numbers, faults)], {}, [])
    for part in gone:
        assert f"<p><strong>{part}</strong> no unit in &lt;b&gt;.<br>got: 0 units</p>" in page
        assert f"<strong>Missing:</strong> {part}: no unit in &lt;b&gt;" in card
    decided = "06_roi_and_rollout" not in gone
    assert ("verdict-go" in page, "verdict-no-decision" in page) == (decided, not decided)
    assert ("verdict-go" in card, "verdict-no-decision" in card) == (decided, not decided)
    assert (NUMBERS["funnel.bottleneck"][0][:20] in page) == ("02_funnel_analysis" not in gone)
    with pytest.raises(ReportError, match="the front page needs the number"):
        front_page(STUDY, where, numbers, [])


def test_a_quick_run_says_what_it_left_out_and_that_nothing_failed(tmp_path):
    where = prepare(tmp_path, notebooks=1)
    numbers, left = report_of(where).numbers, Fault.quick("07_monitoring")
    for faults in ((left,), (*MISSING, left)):
        page = front_page(STUDY, where, numbers, [], (), faults)
        card = render.front([Report(STUDY, where, numbers, faults)], {}, [])
        assert "<strong>A quick run.</strong> Re-randomisation (A/A test, coverage) and monitoring" in page
        assert (
            "<strong>A quick run:</strong> re-randomisation (A/A test, coverage) and monitoring" in card
            and "verdict-go" in page
        )
        assert ("What is missing" in page) is ("Missing:" in card) is (len(faults) > 1)
        assert "07_monitoring</strong>" not in page and "Missing:</strong> 07_monitoring" not in card


def test_a_site_with_parts_missing_is_rendered_whole(tmp_path):
    where = prepare(tmp_path, notebooks=1)
    numbers = Numbers({name: n for name, n in report_of(where).numbers.items() if name.startswith(("funnel", "data"))})
    render.render([Report(STUDY, where, numbers, MISSING)], tmp_path)
    page = (where.reports / "index.html").read_text()
    assert "NO DECISION" in page and "no unit in &lt;b&gt;" in page and "remedy: wait" in page
    assert "05_ab_results.html" not in page, "no link to a page that is not there"
    assert "no unit in &lt;b&gt;" in (where.reports / f"{STUDY.name}.html").read_text(), (
        "and in the one file for e-mail"
    )


def test_a_report_that_another_version_built_holds_up_no_other(tmp_path, capsys):
    whole, old = prepare(tmp_path, notebooks=1), prepare(tmp_path, name="older", notebooks=1)
    numbers = report_of(old).numbers
    outdated = Report(
        STUDY.model_copy(update={"name": "older"}),
        old,
        Numbers({n: numbers[n] for n in numbers if n != "decision.others"}),
    )
    render.render([report_of(whole), outdated], tmp_path)
    told = capsys.readouterr().err
    assert "older              left out: the front page needs the number 'decision.others'" in told
    assert "make study STUDY=studies/older.yml" in told
    assert 'href="older/' not in (tmp_path / "reports" / "index.html").read_text()
    with pytest.raises(ReportError, match="needs the number"):
        render.render([report_of(whole), outdated], tmp_path, asked="older")


def test_plotly_stands_once(reports):
    assert [f.parent for f in reports.rglob("plotly.min.js")] == [reports / "_static"]


def test_every_page_has_its_policy(reports):
    for page in reports.rglob("*.html"):
        html = page.read_text()
        assert html.count('http-equiv="Content-Security-Policy"') == 1, page.name
        markup = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
        markup = re.sub(r'="[^"]*"', '=""', markup)  # a hostile name may stand in a description, as text
        assert not re.search(r"<[^>]+\son[a-z]+\s*=", markup), page.name


def test_links_lead_to_pages_and_anchors_that_exist(reports):
    ids = {page: set(re.findall(r'\bid="([^"]+)"', page.read_text())) for page in reports.rglob("*.html")}
    for page, own in ids.items():
        for target in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', page.read_text()):
            path, _, anchor = target.partition("#")
            if ":" in path:
                continue
            led = (page.parent / path.partition("?")[0]).resolve() if path else page
            assert led.is_file(), f"{page.name} links {target}"
            assert not anchor or anchor in (ids[led] if path else own), f"{page.name} links {target}"


def test_texts_show_the_figures_of_the_report(reports):
    html = (reports / "methodology.html").read_text()
    assert '<figure class="plot"' in html and f'src="{STUDY.name}/figures/' in html
    walk = (reports / "interview.html").read_text()
    assert f'href="{STUDY.name}/05_ab_results.html#figure-effects"' in walk
    assert not (reports / "_images").exists()


def test_titles_say_of_which_study_a_page_is(reports):
    title = "What changed, for whom, and can it be trusted? \u2013 A calmer cart"
    assert f"<title>{title}" in (reports / STUDY.name / "05_ab_results.html").read_text()
    index = (reports / "searchindex.js").read_text()
    assert json.dumps(title, ensure_ascii=False) in index or json.dumps(title) in index


def test_only_whole_reports_are_on_the_site(tmp_path):
    where = prepare(tmp_path, notebooks=1)
    shutil.copytree(paths.STUDIES, tmp_path / "studies")
    assert whole_reports(tmp_path) == []
    where.reports.joinpath("results.json").write_text(json.dumps({"study": STUDY.name, "numbers": {}}))
    assert whole_reports(tmp_path) == []
    for name in paths.books():
        shutil.copyfile(paths.NOTEBOOKS / f"{name}.ipynb", where.executed / f"{name}.ipynb")
    assert [report.name for report in whole_reports(tmp_path)] == [STUDY.name]
    with pytest.raises(ReportError, match="there is no report to show"):
        render.render([], tmp_path)
    with pytest.raises(ReportError, match="not built"):
        Report.load(tmp_path / "studies" / "rees46.yml")


def test_texts_come_with_their_studies(tmp_path):
    flagship = report_of(prepare(tmp_path, notebooks=1))
    other = Report(STUDY.model_copy(update={"name": "checkout_redesign"}), flagship.where, flagship.numbers)
    assert "docs/methodology.md" in render._texts([flagship])
    assert set(render._texts([other])) == {*render.OF_THE_PROJECT, "docs/studies/checkout_redesign.md"}
    assert not set(render.OF_THE_PROJECT) & set(render.OF_THE_FLAGSHIP)
    own = Report(STUDY.model_copy(update={"name": "my_shop"}), flagship.where, flagship.numbers)
    assert {"docs/decision.md", "docs/results.md"} <= set(render._texts([own])), "what every report rests on"


def test_the_front_page_says_what_is_in_each_text(tmp_path):
    told = [report_of(prepare(tmp_path, notebooks=1))]
    text = render.front(told, render._texts(told), list(render.STANDALONE))
    behind = text[text.index("## Behind the reports") : text.index("```{toctree}")]
    assert behind.count("<li>") == behind.count("</a><p>") > len(render.OF_THE_PROJECT)
