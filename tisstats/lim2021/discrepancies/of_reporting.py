"""What does not add up in tables, definitions and wording."""

from __future__ import annotations

from tisstats.ledger.published import Published
from tisstats.lim2021 import regimens
from tisstats.lim2021.discrepancies.direction import crossing
from tisstats.lim2021.discrepancies.discrepancy import Discrepancy, Printed, Weight
from tisstats.printed import as_printed
from tisstats.proof import Proof

_TABLE_2 = "Table 2"


def end_or_week_9(published: Published) -> Discrepancy:
    """Compare changes to week 9 with early ends."""
    week = published.count("design.primary_week")
    analysed, early = published.count("flow.analysed"), published.count("flow.ended_early")
    return Discrepancy(
        "end-or-week-9",
        f"Changes to week {week}, in patients who had left",
        Weight.INTERPRETATION,
        (
            Printed(
                "Methods, Statistical analysis; Results, Secondary outcomes",
                f"Changes were measured from baseline to week {week}.",
            ),
            Printed(_TABLE_2, "The columns are called baseline and end."),
            Printed("Results, Secondary outcomes", f"{early} of {analysed} patients ended early."),
        ),
        f"If the table is of all {analysed}, the change of {early} of them ends before week "
        f"{week}. With the other {analysed - early} alone the printed P of swallowing, "
        f"{published.text('table2.swallowing.change.p')}, does not come about, on the conditions "
        f"that the chapter on what is pinned down names ({analysed - early} pairs, whole points, "
        "the rule for quartiles, P by the normal approximation).",
        "The methods provide for an assessment at a premature end, and may count it as the last.",
        f"Read week {week} in Table 2 as the last assessment. In the {early} who ended early it is "
        "then their last one, probably that at which treatment was given up.",
    )


def no_number(published: Published) -> Discrepancy:
    """Ask of how many patients the rows of Table 2 are."""
    analysed, missing = published.count("flow.analysed"), published.count("flow.psoas_missing")
    return Discrepancy(
        "no-number",
        "Table 2 prints no number of patients",
        Weight.INTERPRETATION,
        (
            Printed(_TABLE_2, "Neither the title nor the columns nor the rows give a number."),
            Printed(
                "Table 2, footnote c",
                f"{missing} patient had no dynamometry of the psoas at baseline.",
            ),
        ),
        f"For the psoas at most {analysed - missing} pairs can be compared, if the others are of "
        f"the {analysed} analysed. For every other row {analysed} is an assumption.",
        "The titles of Table 1 and of Fig. 3 give the number of the analysis, and nothing else is "
        "said to be missing.",
        "Every check of Table 2 in this book names the number of patients that it takes.",
    )


def direction(published: Published) -> Discrepancy:
    """Compare the header of the change with its signs."""
    found = crossing(published, "physician_global")
    proof = Proof(
        f"with baseline minus end at least {found.forced} patients would end above the first "
        f"quartile at baseline, {found.floor} cm, and the median at the end, {found.end} cm, "
        f"leaves room for at most {found.room}",
        (
            f"{found.pairs} pairs",
            "quartiles by the rule of SPSS",
            "rounding to one decimal",
        ),
    )
    return Discrepancy(
        "direction",
        "Change as baseline minus end, or end minus baseline",
        Weight.SLIP,
        (
            Printed("Table 2, header", "The change is headed Δ base-end."),
            Printed(
                "Table 2, PhGA",
                f"Baseline {found.baseline}, end {found.end}, change {found.change} cm.",
            ),
        ),
        f"The printed changes are end minus baseline. For the physician's global, {proof}.",
        "Base-end may mean from base to end. The footnote speaks of differences between the two "
        "without an order.",
        "A negative change is an improvement where lower is better, as in this book.",
    )


def medians(published: Published) -> Discrepancy:
    """Compare the title of Table 2 with its footnote."""
    percentile = published.text("design.change_percentile")
    return Discrepancy(
        "medians",
        "Medians calculated by a test",
        Weight.SLIP,
        (
            Printed("Table 2, title", "Median changes as calculated by the signed-rank test."),
            Printed(
                "Table 2, footnote a",
                f"The median change is the {percentile}th percentile of individual differences.",
            ),
        ),
        "The test gives the P value. The median of differences comes from the differences alone; "
        "the estimate that belongs to the test is another, the Hodges-Lehmann estimate.",
        "The footnote says what was done.",
        "Follow the footnote, not the title.",
    )


def enzymes(published: Published) -> Discrepancy:
    """Ask which enzyme entered the score."""
    quartile = published.text("table2.ck.baseline.q1")
    return Discrepancy(
        "enzymes",
        "Muscle enzymes in the score, CK in the table",
        Weight.DEFINITION,
        (
            Printed(
                "Methods, Primary and secondary outcome measures",
                "The score takes muscle enzyme activities.",
            ),
            Printed(_TABLE_2, "Only CK is listed."),
            Printed("Results, Secondary outcomes", "Muscle enzymes/serum CK are named as one."),
        ),
        "By the 2016 criteria the score follows the enzyme that is most abnormal at baseline. "
        "Whether that was CK in everybody is not printed, nor which others were measured. At least "
        f"a quarter of the patients had a CK of {quartile} U/L or less at baseline, if the "
        "quartile "
        "is of all of them, and there another enzyme may be the more abnormal one.",
        "The supplement, which was not used here, may tell.",
        "Scores worked out from CK alone, as those of this book's synthetic rows, are of a study "
        "in which CK was followed in all.",
    )


def major(published: Published) -> Discrepancy:
    """Ask how many had major improvement."""
    moderate = published.text("design.responder_score")
    return Discrepancy(
        "major",
        "Major improvement, without a count",
        Weight.DEFINITION,
        (
            Printed(
                "Discussion, paragraph 6", "One group showed fast, moderate to major improvement."
            ),
            Printed(
                "Results, Secondary outcomes",
                f"Counts are given of at least {moderate} points and of less.",
            ),
        ),
        "Nowhere in the text is it counted how many had major improvement.",
        "The figure of courses, which was not used here, shows the scores.",
        "What the printed numbers leave open of it stands in the chapter on what is pinned down.",
    )


def relevance(published: Published) -> Discrepancy:
    """Compare what is called clinically relevant."""
    moderate = published.text("design.responder_score")
    responders, analysed = (
        published.count("response.responders"),
        published.count("flow.analysed"),
    )
    return Discrepancy(
        "relevance",
        "Clinically relevant, without a consensus",
        Weight.DEFINITION,
        (
            Printed(
                "Discussion, paragraph 1",
                "There is no consensus on which improvement is clinically relevant.",
            ),
            Printed(
                "Discussion, paragraph 7",
                "IVIg leads to clinically relevant improvement in nearly half of the patients.",
            ),
        ),
        f"The conclusion calls {moderate} points clinically relevant, which the first paragraph "
        "leaves open; and “leads to” is said of a study without a control group, which the authors "
        "name among its limitations.",
        "The authors call their limit rather conservative.",
        f"Read it as: {responders} of {analysed} had at least {moderate} points.",
    )


def daily_maximum(published: Published) -> Discrepancy:
    """Compare the maintenance dose on one day with the daily maximum."""
    grams, dose = (
        published.value("design.maximum_daily_dose"),
        published.value("design.maintenance_dose"),
    )
    weight = as_printed(grams / dose, 0)
    days = regimens.infusion_days(float(grams / dose) + 1, float(dose))
    return Discrepancy(
        "daily-maximum",
        f"One day for a maintenance dose, above {weight} kg",
        Weight.DEFINITION,
        (
            Printed(
                "Methods, Study design",
                f"A maintenance dose of {as_printed(dose, 0)} g/kg is given on one day; no day "
                f"has more than {as_printed(grams, 0)} g.",
            ),
        ),
        f"Both hold up to a body weight of {weight} kg. Above it a dose needs {days} days or is "
        "less than planned.",
        "Weights are not printed; the methods may describe the usual case.",
        "The dose of heavier patients, if there were any, is not known.",
    )


def registrations(published: Published, registry: Published) -> Discrepancy:
    """Compare the article with its registrations."""
    loss = published.text("design.minimal_muscle_loss")
    return Discrepancy(
        "registrations",
        "The registrations and the article",
        Weight.DEFINITION,
        (
            Printed(
                "Methods, Patients",
                f"At least {loss} % loss in muscle testing and abnormal scores in other measures; "
                "what is abnormal is not said.",
            ),
            Printed(
                "Abstract; Discussion, paragraph 5",
                "The study is open and has no control group.",
            ),
            Printed(
                "EUCTR2016-004766-26-NL, NL-OMON46904 (copies)",
                f"A reduction of {registry.text('registry.muscle_loss')} % or lower. Abnormal are "
                f"global and extramuscular activity from "
                f"{registry.text('registry.physician_global_abnormal')} cm, a HAQ from "
                f"{registry.text('registry.haq_abnormal')}, enzymes above "
                f"{registry.text('registry.enzyme_abnormal')} times the ULN.",
            ),
            Printed(
                "NTR6160 (second-hand copy)",
                f"Randomised: {registry.text('registry.ntr_randomised')}. A minimal disability: "
                f"{registry.text('registry.ntr_minimal_disability')}.",
            ),
        ),
        "The cut-offs of abnormal, which the article leaves out, stand in two registrations. Taken "
        f"at its word, a loss of {loss} % or lower would admit the strong and exclude the weak, "
        "the opposite of the article. A study without a control group is not randomised.",
        "The registers themselves were not read, and signs are lost in the copies. The copy of "
        "NTR6160 is of a registration before the first patient, when the rule that was added after "
        "the second did not exist.",
        "Take the article for what was done, the registrations for the cut-offs that it omits. "
        "This book does so.",
    )


def predictors(_: Published) -> Discrepancy:
    """Read a double negative."""
    return Discrepancy(
        "predictors",
        "Without absence of predictors",
        Weight.SLIP,
        (
            Printed(
                "Discussion, paragraph 6",
                "A sentence opens with a double negative: predictors of the response are not "
                "absent.",
            ),
            Printed(
                "Results, Secondary outcomes",
                "No clear differences in response between subtypes were found.",
            ),
        ),
        "Taken at its word the sentence says that predictors are known; what follows in it, and "
        "the results, need the opposite.",
        "The sense is clear from the paragraph.",
        "Read: in the absence of predictors.",
    )


def abbreviations(_: Published) -> Discrepancy:
    """List abbreviations that do not agree."""
    return Discrepancy(
        "abbreviations",
        "Abbreviations",
        Weight.SLIP,
        (
            Printed("Table 2", "PaGA is the patient's global activity; EMA is explained."),
            Printed("Results, Secondary outcomes", "PGA stands beside physician global activity."),
        ),
        "In the text PGA must be the patient's global, if the list has each measure once. EMA is "
        "explained under the table and not used in it. The abbreviations omit “Council” from the "
        "name of the Medical Research Council sum score.",
        "The list of measures in the text follows the order of the table.",
        "Go by the order of the table.",
    )
