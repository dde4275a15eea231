"""Every parameter of every notebook changes what its name says, and nothing that it should not.

A case names a parameter, an unusual value, what moves and what stays: glued numbers, and items of
the page by the method that returns them. Chapters are called directly; no kernel runs.
"""

import re
from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
import pytest

from tests.conftest import ROOT
from tisstats import statistics
from tisstats.agreement import comparison
from tisstats.agreement.comparison_data import ComparisonData
from tisstats.book.run.parameters import read_parameters
from tisstats.book.run.project import Project
from tisstats.chapters import ledger as ledger_page
from tisstats.chapters.chapter import Chapter, _shown
from tisstats.chapters.cohort_flow import CohortFlow
from tisstats.chapters.data_dictionary import DataDictionary
from tisstats.chapters.discrepancies import Discrepancies
from tisstats.chapters.identifiability import Identifiability
from tisstats.chapters.ledger import LedgerPage
from tisstats.chapters.method_agreement import MethodAgreement
from tisstats.chapters.methods import Methods
from tisstats.chapters.missed_visits import MissedVisits
from tisstats.chapters.own_data import OwnData
from tisstats.chapters.page import FigureItem, LedgerList, Markdown, Table
from tisstats.chapters.parameters import permitted_values
from tisstats.chapters.primary_outcome import PrimaryOutcome, printed_interval
from tisstats.chapters.safety import Safety
from tisstats.chapters.secondary_outcomes import SecondaryOutcomes, table2_checks
from tisstats.chapters.sensitivity import Sensitivity
from tisstats.chapters.teaching_placebo import PlaceboResponse
from tisstats.chapters.teaching_placebo.thresholds import largest_number_needed, number_needed
from tisstats.chapters.teaching_scoring import ScoredPatient
from tisstats.datapackage import read_descriptor
from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.lim2021 import table2_bounds
from tisstats.lim2021.claims import evaluate_ledger
from tisstats.lim2021.cohort_check import CheckResult
from tisstats.lim2021.next_trial import NextTrialPlan
from tisstats.lim2021.trial_description import REFERENCE_FOLDER
from tisstats.statistics import INTERVAL_METHODS, Interval
from tisstats.teaching.missed_visits import ALIKE

pytestmark = pytest.mark.usefixtures("not_drawn")

CHAPTERS = {
    "01_methods": Methods,
    "02_cohort_flow": CohortFlow,
    "03_primary_outcome": PrimaryOutcome,
    "04_secondary_outcomes": SecondaryOutcomes,
    "05_safety": Safety,
    "06_identifiability": Identifiability,
    "07_what_does_not_add_up": Discrepancies,
    "08_sensitivity": Sensitivity,
    "data_dictionary": DataDictionary,
    "ledger": LedgerPage,
    "method_agreement": MethodAgreement,
    "own_data": OwnData,
    "teaching_placebo": PlaceboResponse,
    "teaching_scoring": ScoredPatient,
}

KNOWN = read_parameters(Project(ROOT).notebooks())


@dataclass(frozen=True)
class Case:
    """What a value of a parameter moves in a chapter, and what it leaves."""

    notebook: str
    parameter: str
    value: object
    moved: str  #: names, separated by spaces
    kept: str = ""

    def __str__(self):
        return f"{self.notebook}-{self.parameter}-{self.value}"


CASES = [
    Case("01_methods", "body_weight_kg", 130.0, "body_weight total_grams schedules", "planned_low"),
    Case("01_methods", "planned_patients", 7, "planned_low planned_successes", "printed_low"),
    Case("01_methods", "assumed_proportion", 0.625, "planned_low sample_sizes_for_width", "dosing"),
    Case("01_methods", "confidence_level", 0.8, "planned_low level_percent sample_sizes_for_width"),
    Case("01_methods", "interval_method", "wald", "planned_low interval_method no_width"),
    Case("02_cohort_flow", "reasons_may_overlap", False, "overlap several diagram", "screened"),
    Case("02_cohort_flow", "rounding_rule", "truncate", "percentages_equal", "half_even_off"),
    Case("02_cohort_flow", "cohort", "5", "rows_name notice", "table1_hold percentages_equal"),
    Case(
        "03_primary_outcome",
        "threshold",
        20,
        "threshold responders low rows_responders article_reached score_by_week",
        "printed_responders true_low intervals by_denominator plan_again_power",
    ),
    Case(
        "03_primary_outcome",
        "horizon_week",
        4,
        "horizon_week responders rows_responders article_reached score_by_week",
        "printed_responders intervals",
    ),
    Case(
        "03_primary_outcome",
        "confidence_level",
        0.9,
        "level_percent low plan_each_arm plan_error coverage_by_method coverage_by_proportion "
        "by_denominator other_studies planning",
        "printed_low printed_level true_low intervals forest",
    ),
    Case(
        "03_primary_outcome",
        "interval_method",
        "wald",
        "interval_method low by_denominator other_studies",
        "true_low intervals methods_giving attaining",
    ),
    Case(
        "03_primary_outcome",
        "include_excluded_patient",
        True,
        "patients percent low excluded",
        "responders rows_patients printed_patients",
    ),
    Case("03_primary_outcome", "treated_response", 0.9, "plan_treated plan_each_arm planning"),
    Case("03_primary_outcome", "control_response", 0.6, "plan_control plan_here_required planning"),
    Case("03_primary_outcome", "target_power", 0.99, "plan_power plan_each_arm", "plan_error"),
    Case("03_primary_outcome", "cohort", "3", "rows_name rows_stamp score_by_week", "responders"),
    Case(
        "04_secondary_outcomes",
        "horizon_week",
        4,
        "horizon_week incidence_percent censored_free_high improvement_curve improved_by_week "
        "response_categories patients_at_risk",
        "moderate_total table2_hold response_hold table2_comparison",
    ),
    Case(
        "04_secondary_outcomes",
        "confidence_level",
        0.9,
        "level_percent incidence_limits improvement_curve improved_by_week",
        "incidence_percent p_level",
    ),
    Case(
        "04_secondary_outcomes", "interval_method", "wald", "improved_by_week", "incidence_limits"
    ),
    Case(
        "04_secondary_outcomes",
        "quantile_definition",
        "7",
        "table2_numbers table2_comparison",
        "competing_numbers table2 courses",
    ),
    Case("04_secondary_outcomes", "cohort", "3", "rows_name notice", "incidence_percent table2"),
    Case("05_safety", "confidence_level", 0.9, "level_percent upper_limits outcomes_analysed"),
    Case(
        "05_safety",
        "interval_method",
        "wilson",
        "interval_method upper_limits outcomes_treated safety_comparison",
        "upper_rule_of_three events",
    ),
    Case("05_safety", "cohort", "3", "rows_name notice treatments", "upper_limits"),
    Case("06_identifiability", "cohort", "3", "check_numbers notice"),
    Case("07_what_does_not_add_up", "proportion_test", "barnard", "test_name plain_p split_table"),
    Case("08_sensitivity", "cohort", "5", "rows_name notice change_table", "printed_fewer"),
    Case("own_data", "patients_shown", 3, "scores", "patients baseline"),
    Case("data_dictionary", "package", "bounds", "package files rows and_bounds", "unprinted"),
    Case("ledger", "verdict", "rounding", "rows_shown claims", "claims_total by_part"),
    Case(
        "ledger",
        "quantile_definition",
        "7",
        "distinct_not_attainable rule_in_words",
        "claims_total",
    ),
    Case("method_agreement", "agreement_digits", 1, "agreement_digits pairs_disagreeing"),
    Case("teaching_placebo", "confidence_level", 0.8, "level_percent difference_low planning"),
    Case(
        "teaching_placebo",
        "interval_method",
        "wald",
        "interval_method pilot_low placebo_arms_alone",
        "difference_low difference_by_method",
    ),
    Case("teaching_placebo", "target_power", 0.9, "plan_power plan_moderate planning", "needed"),
    Case("teaching_scoring", "mmt_max", 150.0, "mmt_max strength scoring_steps", "threshold"),
    Case("teaching_scoring", "ck_uln", 1000.0, "ck_uln score response", "points_by_uln strength"),
    Case("teaching_scoring", "threshold", 20, "threshold ceiling", "score printed_threshold"),
]


def stored_range(row, kind):
    """The attainable P values of a row by the definition of SPSS, which a file has."""
    found = table2_bounds._read_range(replace(row, definition="spss"), kind)
    assert found is not None, f"{row.measure} has no stored range"
    return found


@pytest.fixture(scope="module", autouse=True)
def _shared():
    """Let all pages share what parameters reach as arguments alone: some of it takes a second.

    A page by itself computes it once: see `test_computed_once`.
    """
    published = PublishedFacts.read()

    run_calls = comparison._run_calls

    @cache
    def ledger(definition):
        return evaluate_ledger(published, quantile_definition=definition)

    @cache
    def calls(folder):
        return list(run_calls(ComparisonData.read(folder)))

    def shared_ledger(facts, *, quantile_definition="spss"):
        assert facts is published
        return ledger(quantile_definition)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Chapter, "published", published)
        for module in (printed_interval, table2_checks, ledger_page):
            patch.setattr(module, "evaluate_ledger", shared_ledger)
        patch.setattr(comparison, "_run_calls", lambda _: calls(data_directory("agreement")))
        # Attainable P values by another definition take many seconds: test_secondary_outcomes.py
        # computes some. Here those of SPSS stand for them.
        patch.setattr(table2_bounds, "compute", stored_range)
        patch.setattr(statistics, "two_arm_sample_size", cache(statistics.two_arm_sample_size))
        yield


@cache
def page(notebook, **changes):
    """The chapter of a notebook with its defaults, except for what is changed."""
    chapter = CHAPTERS[notebook]
    defaults = {field.name: KNOWN[field.name].default for field in fields(chapter)}
    return chapter(**defaults | changes)


@cache
def numbers(chapter):
    return chapter.numbers() if hasattr(chapter, "numbers") else {}


def shown(chapter, name):
    """What a page shows under the name of a glued number or of an item, as text."""
    # Some numbers take long: they are computed only where a glued number is asked for.
    found = {} if callable(getattr(chapter, name, None)) else numbers(chapter)
    return str(found[name]) if name in found else described(getattr(chapter, name)())


def described(item):
    match item:
        case Table(frame, caption):
            return f"{caption}\n{frame.to_csv()}"
        case LedgerList(parts):
            return str(parts)
        case FigureItem(_, alt):
            return alt
        case Markdown(text):
            return text
        case tuple() | list():
            return "\n".join(map(described, item))
    return str(item)


def test_each_parameter_of_each_notebook_has_a_case():
    declared = {(name, each.name) for each in KNOWN.values() for name in each.notebooks}
    assert {(case.notebook, case.parameter) for case in CASES} == declared


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_parameter_moves_what_its_name_says_and_no_more(case):
    before = page(case.notebook)
    after = page(case.notebook, **{case.parameter: case.value})
    same = {name for name in case.moved.split() if shown(before, name) == shown(after, name)}
    assert same == set(), "should have moved"
    changed = {name for name in case.kept.split() if shown(before, name) != shown(after, name)}
    assert changed == set(), "should have stayed"


@pytest.mark.parametrize("notebook", CHAPTERS)
def test_the_default_is_permitted_and_each_chapter_has_the_parameters_of_its_notebook(notebook):
    declared = {each.name for each in KNOWN.values() if notebook in each.notebooks}
    assert {field.name for field in fields(CHAPTERS[notebook])} == declared
    page(notebook)


#: Limits of levels, power and response rates.
INSIDE = "from 0.000000001 to 0.999999999"

WRONG = [
    ("01_methods", "body_weight_kg", 19.9, "from 20 to 350 kg"),
    ("01_methods", "body_weight_kg", float("nan"), "from 20 to 350 kg"),
    ("01_methods", "planned_patients", 0, "from 1 to 1,000,000"),
    ("01_methods", "planned_patients", 1_000_001, "from 1 to 1,000,000"),
    ("01_methods", "planned_patients", 2.5, "a whole number"),
    ("01_methods", "planned_patients", True, "a whole number"),
    ("01_methods", "body_weight_kg", "80", "a number"),
    ("02_cohort_flow", "reasons_may_overlap", "false", "True or False"),
    ("03_primary_outcome", "include_excluded_patient", "no", "True or False"),
    ("03_primary_outcome", "include_excluded_patient", None, "True or False"),
    ("03_primary_outcome", "confidence_level", "0.9", "a number"),
    ("03_primary_outcome", "confidence_level", True, "a number"),
    ("03_primary_outcome", "treated_response", None, "a number"),
    ("03_primary_outcome", "horizon_week", 6.5, "a whole number"),
    ("own_data", "patients_shown", "2", "a whole number"),
    ("01_methods", "confidence_level", 0.9999999991, INSIDE),
    ("01_methods", "assumed_proportion", 1.01, "from 0 to 1"),
    ("01_methods", "confidence_level", 95.0, INSIDE),
    ("01_methods", "interval_method", "exact", "one of clopper-pearson, "),
    ("01_methods", "interval_method", "newcombe", "one of clopper-pearson, "),
    ("02_cohort_flow", "rounding_rule", "up", "one of half-up, half-even, truncate"),
    ("03_primary_outcome", "threshold", 30, "20 or 40, "),
    ("03_primary_outcome", "horizon_week", 2, "from 3 "),
    ("03_primary_outcome", "horizon_week", 24, "to 9 (end of the study)"),
    ("03_primary_outcome", "confidence_level", 1.0, INSIDE),
    ("03_primary_outcome", "control_response", 0.0, INSIDE),
    ("03_primary_outcome", "target_power", 1.0, INSIDE),
    ("04_secondary_outcomes", "quantile_definition", "10", "one of spss, 1, 2, "),
    ("04_secondary_outcomes", "horizon_week", 10, "to 9 (end of the study)"),
    ("05_safety", "confidence_level", 0.0, INSIDE),
    ("teaching_placebo", "confidence_level", 1e-20, INSIDE),  # one minus it is 1
    ("teaching_placebo", "target_power", 1 - 1e-16, INSIDE),  # printed, it was 100%
    ("06_identifiability", "cohort", None, "text"),
    ("02_cohort_flow", "cohort", True, "text"),
    ("ledger", "verdict", [], "text"),
    ("07_what_does_not_add_up", "proportion_test", "t", "one of fisher, boschloo, barnard, "),
    ("own_data", "patients_shown", 0, "at least 1"),
    ("data_dictionary", "package", "reconstructed", "one of agreement, bounds, evidence, "),
    ("data_dictionary", "package", "../data/bounds", "one of agreement, bounds, evidence, "),
    ("method_agreement", "agreement_digits", 13, "from 1 to 12"),
    ("teaching_scoring", "mmt_max", 0.5, "from 10 to 1000 points"),
    ("teaching_scoring", "ck_uln", 0.0, "from 20 to 1000 U/L"),
    ("teaching_scoring", "threshold", 0, "20 or 40, "),
]


@pytest.mark.parametrize(("notebook", "parameter", "value", "allowed"), WRONG)
def test_a_wrong_value_is_refused_in_one_line_by_the_name_that_was_set(
    notebook, parameter, value, allowed
):
    with pytest.raises(ValueError, match="must be") as error:
        page.__wrapped__(notebook, **{parameter: value})  # True would be found under 1
    message = str(error.value)
    assert message.startswith(f"{parameter} must be ")
    assert allowed in message
    assert message.endswith(f"got {value!r}")
    assert "\n" not in message


def test_numbers_of_numpy_are_numbers():
    chapter = page.__wrapped__(
        "01_methods", planned_patients=np.int64(20), confidence_level=np.float32(0.5)
    )
    assert (chapter.planned_patients, chapter.confidence_level) == (20, np.float32(0.5))


@pytest.mark.parametrize("number", [17, np.int64(17)])
def test_a_number_given_for_text_is_its_text(number):
    # As papermill passes it on: -p cohort 17, -p quantile_definition 7.
    assert page.__wrapped__("06_identifiability", cohort=number).cohort == "17"
    chapter = page.__wrapped__("04_secondary_outcomes", quantile_definition=7, cohort=number)
    assert (chapter.quantile_definition, chapter.cohort) == ("7", "17")
    folder = page.__wrapped__("08_sensitivity", cohort=ROOT / "data" / "reconstructed").cohort
    assert folder == str(ROOT / "data" / "reconstructed")


@pytest.mark.parametrize("number", [1.5, float("nan"), np.float64(17)])
def test_a_fraction_is_no_text(number):
    """Papermill passes on 1.5 of -p cohort 1.50, and another folder would be read."""
    with pytest.raises(ValueError, match=r"^cohort must be text, got the number ") as error:
        page.__wrapped__("05_safety", cohort=number)
    message = str(error.value)
    assert message.endswith("papermill passes on a text as it is with -r cohort TEXT")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("notebook", "parameter", "value", "end"),
    [
        ("01_methods", "planned_patients", 10**400, "a whole number of 401 digits"),
        ("03_primary_outcome", "treated_response", 10**400, "a whole number of 401 digits"),
        ("03_primary_outcome", "interval_method", "y" * 10_000, "... (10000 characters)"),
        ("05_safety", "confidence_level", [0.9] * 1_000, "list"),
    ],
    ids=["whole number", "response", "text", "list"],
)
def test_a_message_does_not_repeat_a_very_long_value(notebook, parameter, value, end):
    with pytest.raises(ValueError, match=rf"^{parameter} must be .*{re.escape(end)}$") as error:
        page.__wrapped__(notebook, **{parameter: value}).numbers()
    assert len(str(error.value)) < 400


def test_every_parameter_is_checked_or_refused_where_its_rule_depends_on_another():
    free = {"reasons_may_overlap", "include_excluded_patient", "cohort", "verdict"}
    assert permitted_values().keys() | free | {"treated_response"} == KNOWN.keys()


def test_a_week_for_which_the_article_prints_no_count_is_refused_by_both_names():
    chapter = page("03_primary_outcome", threshold=20, horizon_week=6)
    message = "^horizon_week must be 9 with threshold 20, .*, got 6$"
    with pytest.raises(ValueError, match=message):
        chapter.count_numbers()


# Sentences that were false with some values.


@pytest.mark.parametrize("method", INTERVAL_METHODS)
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_what_zero_events_rule_out_follows_the_method(method, level):
    text = page("05_safety", interval_method=method, confidence_level=level).numbers()[
        "upper_limits"
    ]
    assert "up to 0.0%" not in text
    assert ("has no width" in text) is (method == "wald")
    if method != "wald":
        assert (f"the one-sided upper {100 * level:g}%" in text) is (level > 0.5)


@pytest.mark.parametrize("proportion", [0.6, 0.625, 0.333])
def test_a_planned_proportion_that_is_no_whole_number_of_patients_is_said_to_be_the_nearest(
    proportion,
):
    found = page("01_methods", assumed_proportion=proportion).numbers()
    exact = abs(20 * proportion - round(20 * proportion)) < 1e-9
    assert found["assumed_percent"].startswith(f"{5 * found['planned_successes']}%")
    assert ("nearest to the assumed" in found["assumed_percent"]) is not exact
    assert abs(found["planned_successes"] - 20 * proportion) <= 0.5


@pytest.mark.parametrize("method", ["wald", "wilson"])
def test_an_interval_without_width_is_not_recommended(method):
    chapter = page("01_methods", interval_method=method)
    widths = chapter.sample_sizes_for_width().frame["Width at the smallest n"]
    assert (widths == "0.000").any() == ("has no width" in chapter.numbers()["no_width"])


@pytest.mark.parametrize(
    ("level", "power", "texts"),
    [
        (0.9999, 0.995, ("99.99", "0.01", "99.5")),
        (0.99999999, 0.9999, ("99.999999", "0.000001", "99.99")),
    ],
)
def test_levels_and_powers_near_one_are_not_rounded_to_one(level, power, texts):
    chapter = page("03_primary_outcome", confidence_level=level, target_power=power)
    found = chapter.planning_numbers() | chapter.count_numbers()
    assert tuple(found[name] for name in ("level_percent", "plan_error", "plan_power")) == texts


def test_a_coverage_below_its_level_is_never_shown_as_the_level():
    table = page("03_primary_outcome", confidence_level=0.9999).coverage_by_method().frame
    below = table["Coverage at least nominal everywhere"] == "no"
    assert below.any()
    assert (table.loc[below, "Minimum coverage"].astype(float) < 99.99).all()
    assert (table.loc[~below, "Minimum coverage"].astype(float) >= 99.99).all()


def test_no_coverage_is_taken_for_a_level_that_is_smaller_than_rounding_noise():
    table = page("03_primary_outcome", confidence_level=1e-9).coverage_by_method().frame
    attaining = table["Coverage at least nominal everywhere"] == "yes"
    assert attaining.any()
    assert (table.loc[attaining, "Minimum coverage"].astype(float) > 0).all()
    assert (table.loc[~attaining, "Minimum coverage"].astype(float) == 0).all()


def test_a_trial_larger_than_was_tried_is_not_said_to_be_the_one_with_missed_visits():
    # The planned number may be "more than 200"; what is computed then is a trial of 200.
    lesson = (ROOT / "notebooks" / "teaching_placebo.ipynb").read_text(encoding="utf-8")
    # In the text and in the caption of the figure.
    assert lesson.count("a trial with a sample size of {glue:text}`missed_patients` per arm") == 2
    assert "trial of {glue:text}`plan_minimal`" not in lesson


def test_numbers_that_can_be_1_do_not_stand_before_a_plural():
    sizes = "planned_patients plan_each_arm plan_minimal plan_moderate plan_major missed_patients"
    for name in (*sizes.split(), "missed_counted_size"):
        for path in (ROOT / "notebooks").glob("*.ipynb"):
            assert f"`{name}` patients" not in path.read_text(encoding="utf-8"), name
    # Where some methods fall below the level, they are several.
    for level in (1e-9, 0.5, 0.999999999):
        chapter = page("03_primary_outcome", confidence_level=level)
        assert chapter.coverage_numbers()["not_attaining_total"] > 1


def test_what_is_assumed_of_responders_does_not_follow_the_chosen_week():
    text = (ROOT / "notebooks" / "03_primary_outcome.ipynb").read_text(encoding="utf-8")
    (assumed,) = re.findall(r"what is assumed: (.*?)\.\"", text)
    assert "by week {claim}`# <results.primary_week>` at least {claim}`methods.resp" in assumed
    assert not re.search(r"horizon_week|threshold", assumed)


@pytest.mark.parametrize(
    ("level", "alpha"), [(0.95, "0.05"), (0.123456789, "0.876543211"), (1e-9, "0.999999999")]
)
def test_the_command_has_the_type_i_error_of_the_page_in_full(level, alpha):
    plan = NextTrialPlan(0.79, 0.44, target_power=0.8, confidence_level=level)
    assert f" --alpha {alpha} " in MissedVisits(plan, patients=34).command().text


def test_table_1_is_said_to_be_consistent_under_the_rule_for_which_it_is():
    assert page("02_cohort_flow", rounding_rule="half-even").numbers()["percentages_equal"] != "all"
    text = (ROOT / "notebooks" / "02_cohort_flow.ipynb").read_text(encoding="utf-8")
    assert "no percentage, rounded half up, and no sum of Table 1" in text


def test_the_methods_without_coverage_near_zero_are_named_for_the_level():
    said = page("03_primary_outcome").coverage_numbers()["near_zero"]
    assert said.startswith("For Jeffreys and Wald it is approached near zero")
    chapter = page("03_primary_outcome", confidence_level=0.5)
    assert chapter.coverage_numbers()["near_zero"].startswith("For Jeffreys, arcsine and Wald it")
    assert "drawn at the bottom edge" not in chapter.coverage_by_proportion().alt


def test_a_control_rate_above_that_of_the_discussion_leaves_no_advantage_to_detect():
    required = page("03_primary_outcome", control_response=0.6).planning_numbers()
    assert required["plan_here_required"] == "there would be no advantage of treatment to detect"
    usual = page("03_primary_outcome").planning_numbers()["plan_here_required"]
    assert usual == "the same power would require a sample size of more than 200 per arm"


def test_patients_who_stopped_after_the_week_shown_have_not_stopped_in_the_figure():
    for week in (3, 4, 9):
        chapter = page("03_primary_outcome", horizon_week=week)
        ends = chapter.analysis.patients.set_index("patient_id")["end_week"]
        stopped = {each.patient for each in chapter.courses if each.ended_early}
        assert all(ends[patient] <= week for patient in stopped)
        assert f"up to week {week}" in chapter.score_by_week().alt
    assert len(stopped) == 7


def test_with_the_lower_threshold_those_who_lost_it_are_counted_apart():
    found = page("03_primary_outcome", threshold=20).numbers()
    assert found["article_reached"] == (
        "9 of 19 with such a score by week 9, and 3 more who had lost it"
    )
    assert found["rows_responders"] == 12


def test_rows_drawn_for_one_definition_of_quartiles_are_said_to_be_so_with_another():
    chapter = page("04_secondary_outcomes", quantile_definition="7")
    said = chapter.table2_numbers()["rows_rule"]
    assert said == "with R's type 7, although they were drawn for the definition of SPSS,"
    assert "R's type 7" in chapter.table2_comparison().caption
    counts = chapter.match_counts("table2")
    assert counts["table2_hold"] < counts["table2_checked"]
    usual = page("04_secondary_outcomes")
    assert usual.table2_numbers()["rows_rule"] == "with the definition of SPSS"
    counts = usual.match_counts("table2")
    assert counts["table2_hold"] == counts["table2_checked"]


@pytest.mark.parametrize("maximum", [80.0, 150.0, 226.0, 227.0, 240.0, 260.0])
def test_the_strength_of_the_worked_patient_fits_every_maximum(maximum):
    chapter = page("teaching_scoring", mmt_max=maximum)
    strength = chapter.scoring_steps().frame.set_index("Measure").loc["Manual muscle testing"]
    baseline, end = float(strength["Baseline"]), float(strength["End"])
    assert 0 < baseline < end <= maximum
    if maximum >= 227:
        assert (baseline, end) == (211, 227)
        assert chapter.numbers()["strength"] == f"{maximum:g}"
    else:
        assert (baseline, end) == (round(211 / 260 * maximum), round(227 / 260 * maximum))
        assert "scaled to it from 260" in chapter.numbers()["strength"]


def test_a_package_is_described_by_its_own_words_and_shown_once():
    chapter = page("data_dictionary", package="bounds")
    files = read_descriptor(data_directory("bounds"))["resources"]  # each: a text and a table
    assert "Facts and figures printed" not in chapter.numbers()["package_description"]
    assert len(list(chapter.package_sections())) == 2 * len(files) > 0
    assert list(chapter.bounds_sections()) == []
    assert len(list(page("data_dictionary").bounds_sections())) == 2 * len(files)


def test_one_digit_is_no_plural():
    chapter = page("method_agreement", agreement_digits=1)
    assert chapter.numbers()["agreement_digits"] == "1 significant digit"
    assert "1 digits" not in chapter.matrix().to_csv()


def test_a_negative_limit_of_the_difference_has_a_minus_sign():
    numbers = page("teaching_placebo", confidence_level=0.99999).difference_numbers()
    assert numbers["difference_low"].startswith("−")
    # The number needed to treat is then not bounded, and harm is not excluded.
    low = page("teaching_placebo", confidence_level=0.99999).differences["newcombe"].low
    harm = f"{-1 / low:.1f}"
    assert numbers["needed_high"] == f"∞, or a number needed to harm of {harm} or more"


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.125, 0.5, ("2.0", "8.0")),
        (0.0, 0.5, ("2.0", "∞")),
        (-0.125, 0.5, ("2.0", "∞, or a number needed to harm of 8.0 or more")),
        (-0.125, 0.0, ("∞", "−8.0")),
        (-0.125, 1e-17, ("∞", "−8.0")),  # zero but for rounding
        (-0.5, -0.125, ("−8.0", "−2.0")),
    ],
)
def test_a_number_needed_to_treat_has_negative_limits_where_both_differences_are_below_zero(
    low, high, shown
):
    difference = Interval(estimate=(low + high) / 2, low=low, high=high, level=0.95, method="wald")
    assert (number_needed(difference.high), largest_number_needed(difference)) == shown


def test_a_difference_of_zero_needs_no_number_of_patients_however_large(monkeypatch):
    chapter = page("teaching_placebo")
    none = Interval(0.0, 0.0, 0.0, 0.95, "newcombe")
    monkeypatch.setitem(chapter.differences, "newcombe", none)
    numbers = chapter.difference_numbers()
    assert {numbers[name] for name in numbers if name.startswith("needed")} == {"∞"}
    touching = Interval(0.25, 0.0, 0.5, 0.95, "newcombe")
    monkeypatch.setitem(chapter.differences, "newcombe", touching)
    numbers = chapter.difference_numbers()
    assert [numbers[f"needed{end}"] for end in ("", "_low", "_high")] == ["4", "2.0", "∞"]


def test_a_coverage_below_its_level_is_printed_below_it():
    rows = page("03_primary_outcome", confidence_level=0.5).coverage_by_method().frame
    below = rows[rows["Coverage at least nominal everywhere"] == "no"]
    least = below.set_index("Method")["Minimum coverage"].astype(float)
    assert (least < 50).all()
    assert least["Wilson with continuity correction"] == pytest.approx(49.9948, abs=6e-3)
    assert (
        "falls to 35.24%"
        in page("03_primary_outcome", confidence_level=0.5).coverage_by_proportion().alt
    )
    usual = page("03_primary_outcome").coverage_by_method().frame
    assert {len(each.partition(".")[2]) for each in usual["Minimum coverage"]} == {1}


@pytest.mark.parametrize(
    ("rule", "said"), [("truncate", "truncation"), ("half-even", "half-even rounding")]
)
def test_the_rule_of_rounding_is_named(rule, said):
    assert page("02_cohort_flow", rounding_rule=rule).numbers()["rounding_rule"] == said


@pytest.mark.parametrize(
    ("computed", "value", "expected"),
    [
        ("3.450", 3.45, "3.45"),
        ("-1.900", -1.9, "−1.9"),
        ("2.000", 2.0, "2"),
        ("10", 10, "10"),
        ("none", None, "none"),
        ("13-10", "13-10", "13-10"),
    ],
)
def test_what_was_computed_has_no_spurious_digits_and_a_minus_sign(computed, value, expected):
    item = CheckResult("a", "number", "b", "c", "d", computed=computed, value=value)
    assert _shown(item) == expected


def test_what_does_not_match_is_shown_without_spurious_digits():
    (table,) = page("04_secondary_outcomes", quantile_definition="7").mismatches(
        "table2", "Table 2"
    )
    computed = table.frame["Synthetic"].tolist()
    assert not [each for each in computed if "." in each and each.endswith("0")]
    assert not [each for each in computed if each.startswith("-")]
    assert [each for each in computed if each.startswith("−")]


def test_the_power_with_no_visit_missed_is_not_certain():
    # By itself: all numbers and the whole table of so many patients take a quarter of a minute.
    missed = page("teaching_placebo", target_power=0.9999).missed_visits
    assert missed._power("non-responder", 0.0) == ">99.9"
    assert missed._row("none", "–", "non-responder", ALIKE, 0.0)["Power, %"] == ">99.9"


def test_negative_limits_of_a_table_have_a_minus_sign():
    intervals = page("teaching_placebo", confidence_level=0.99999).difference_by_method().frame
    assert intervals["Interval"].str.startswith("−").any()
    assert not intervals["Interval"].str.contains("-").any()


# Other rows.


@pytest.fixture(scope="module")
def observed(tmp_path_factory):
    """The reference cohort called observed, with fewer patients and names of its own."""
    folder = tmp_path_factory.mktemp("trials") / "mine"
    folder.mkdir()
    for file in (data_directory("reconstructed") / REFERENCE_FOLDER).iterdir():
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".csv":
            head, *rows = text.replace("synthetic", "observed").splitlines()
            kept = [row for row in rows if not row.startswith(("S-06", "S-07", "S-09"))]
            text = "\n".join([head, *(row.replace("S-", "P-") for row in kept)]) + "\n"
        (folder / file.name).write_text(text, encoding="utf-8")
    return str(folder)


OWN_ROWS = [
    ("03_primary_outcome", {"threshold": 20}, "rows_responders score_by_week"),
    ("03_primary_outcome", {"horizon_week": 3}, "rows_responders score_by_week"),
    ("04_secondary_outcomes", {"horizon_week": 3}, "response_categories"),
    ("04_secondary_outcomes", {"quantile_definition": "7"}, "table2_comparison"),
    ("05_safety", {"confidence_level": 0.8}, "safety_comparison"),
    ("05_safety", {"interval_method": "wald"}, "safety_comparison"),
]


@pytest.mark.parametrize(("notebook", "changes", "moved"), OWN_ROWS)
def test_a_parameter_moves_the_results_of_other_rows_as_well(notebook, changes, moved, observed):
    before, after = page(notebook, cohort=observed), page(notebook, cohort=observed, **changes)
    for name in moved.split():
        assert shown(before, name) != shown(after, name)
        assert shown(before, name) != shown(page(notebook), name)


def test_the_responders_of_other_rows_are_those_that_a_slow_count_finds(observed):
    for threshold, week in ((40, 9), (40, 4), (20, 9)):
        chapter = page(
            "03_primary_outcome", cohort=observed, threshold=threshold, horizon_week=week
        )
        visits, responders = chapter.analysis.visits, set()
        for visit in visits.to_dict("records"):
            if 0 < visit["week"] <= week and visit["tis"] >= threshold:
                responders.add(visit["patient_id"])
        assert chapter.numbers()["rows_responders"] == len(responders)
        assert chapter.numbers()["rows_patients"] == 16


def test_observed_rows_are_called_by_their_folder_and_not_synthetic(observed):
    data = page("03_primary_outcome", cohort=observed).patient_data
    assert data.label == "Observed patients (folder mine)"
    assert "synthetic" not in data.notice.lower()
