"""What does not add up about who the patients were, and about harms."""

from __future__ import annotations

from fractions import Fraction

from tisstats.ledger.published import Published
from tisstats.lim2021.discrepancies.discrepancy import Discrepancy, Printed, Weight
from tisstats.printed import as_printed

_PATIENTS = "Methods, Patients"
_CHARACTERISTICS = "Results, Patient characteristics"
_OUTCOMES = "Results, Secondary outcomes"


def cancer(published: Published) -> Discrepancy:
    """Compare the cancers of Table 1 with their definition."""
    found = published.count("safety.ovarian_cancer")
    analysed, dm = published.count("flow.analysed"), published.count("table1.patients.dm.n")
    printed = published.text("table1.cancer.all.count")
    tissue = published.count("table1.connective_tissue_disorder.all.count")
    return Discrepancy(
        "cancer",
        f"Cancer: {printed} in Table 1, {found} by its definition",
        Weight.DEFINITION,
        (
            Printed(
                _PATIENTS,
                "Cancer counts as related to the disease also if it is found during follow-up.",
            ),
            Printed("Table 1, Cancer", f"{printed} of {analysed} patients."),
            Printed(
                _CHARACTERISTICS,
                f"Nobody had cancer at diagnosis; {found} patient with dermatomyositis was "
                "diagnosed with ovarian cancer during the study.",
            ),
        ),
        f"By the definition of the methods it is {found} of {analysed} "
        f"({as_printed(Fraction(100 * found, analysed), 0)} %), and {found} of the {dm} with "
        f"dermatomyositis ({as_printed(Fraction(100 * found, dm), 0)} %).",
        "Table 1 is a table of baseline characteristics, and the text says at diagnosis. For "
        "connective tissue disorders, too, the methods count the whole course and the text "
        f"speaks of the diagnosis; there the number, {tissue}, is the same in both.",
        "Read the row as cancer known at diagnosis. For cancer-associated myositis as the methods "
        f"define it, count {found}.",
    )


def weakness(published: Published) -> Discrepancy:
    """Compare what is said of the weakness of all patients."""
    patient, included = published.text("flow.excluded_patient"), published.count("flow.included")
    loss = published.text("design.minimal_muscle_loss")
    return Discrepancy(
        "weakness",
        "All at least moderately weak, one minimally weak",
        Weight.DEFINITION,
        (
            Printed(
                _PATIENTS,
                f"After patient {patient} a criterion of minimal disability was added, a loss of "
                f"{loss} % in muscle testing among others; hence all included patients had at "
                "least moderate weakness.",
            ),
            Printed("Abstract", "One patient was left out of the analysis for minimal weakness."),
        ),
        f"If minimal is less than moderate, the two sentences do not agree: patient {patient} is "
        f"one of the {included} included. Nor does the first sentence follow for the patient "
        f"enrolled before, to whom the criterion did not yet apply. And it asks for a loss of "
        f"{loss} %, without calling that moderate.",
        "The sentence may be meant of the patients in the analysis; of these the results say that "
        "all had weakness.",
        "The criterion was in force for later patients. Whether the first patient met it is not "
        "printed.",
    )


def earlier_treatment(published: Published, registry: Published) -> Discrepancy:
    """Compare the exclusion of earlier immunosuppressants with who was included."""
    treated, included = published.count("flow.treated_before"), published.count("flow.included")
    claims = "claims.results."
    prednisolone, methotrexate = (
        published.text(f"{claims}{drug}_patient") for drug in ("prednisolone", "methotrexate")
    )
    dose, days, weeks = (
        published.count(f"{claims}{name}")
        for name in ("prednisolone_dose", "prednisolone_days", "methotrexate_weeks")
    )
    limit, limit_weeks, other_weeks = (
        published.count(f"design.{name}")
        for name in (
            "prednisolone_limit_mg",
            "prednisolone_limit_weeks",
            "azathioprine_methotrexate_limit_weeks",
        )
    )
    return Discrepancy(
        "earlier-treatment",
        "Earlier immunosuppressants excluded, and present in some",
        Weight.DEFINITION,
        (
            Printed("Abstract", "Patients with earlier use of immunosuppressants were excluded."),
            Printed(
                _PATIENTS,
                f"Allowed: prednisolone up to {limit} mg a day for {limit_weeks} weeks, and "
                f"azathioprine or methotrexate for {other_weeks} weeks, without a response.",
            ),
            Printed(
                _CHARACTERISTICS,
                f"{treated} patients had had such drugs: patient {prednisolone} prednisolone, "
                f"{dose} mg a day for {days} days, and patient {methotrexate} methotrexate for "
                f"{weeks} weeks.",
            ),
        ),
        f"{treated} of {included} included patients had had immunosuppressants. Both are within "
        f"the exceptions of the methods: {days} days within {limit_weeks} weeks at {limit} mg, and "
        f"{weeks} weeks within {other_weeks}. The copies of two registrations exempt "
        f"{registry.text('registry.exempt_drug')} alone, within "
        f"{registry.text('registry.lookback')} months before enrolment; by these words patient "
        f"{methotrexate} would not have been eligible.",
        "An abstract has no room for exceptions. A registration may lag behind the protocol; its "
        "history was not read.",
        "First-line holds in the sense of the methods; treatment-naive in the strict sense were "
        f"at most {included - treated} of {included}.",
    )


def duration(published: Published, registry: Published) -> Discrepancy:
    """Compare the limits of the disease duration."""
    limit = published.text("design.maximum_disease_duration")
    long = published.count("flow.reason_duration")
    return Discrepancy(
        "duration",
        f"A disease duration of exactly {limit} months",
        Weight.DEFINITION,
        (
            Printed("Abstract; Methods, Patients", f"Included with less than {limit} months."),
            Printed(_CHARACTERISTICS, f"Not eligible with more than {limit} months: {long}."),
        ),
        f"Exactly {limit} months is in neither. The copies of the registrations have "
        f"{registry.text('registry.duration')} months with a sign that is lost or garbled, "
        "probably at most.",
        "No printed quartile of the patients in the analysis exceeds "
        f"{published.text('table1.disease_duration.nm_om.q3')} months, so the case may not have "
        "come up; quartiles do not show the longest duration.",
        "In a study of your own, write the limit with its sign.",
    )


def adverse_events(published: Published) -> Discrepancy:
    """Ask of how many patients the adverse events are reported."""
    analysed, included = published.count("flow.analysed"), published.count("flow.included")
    return Discrepancy(
        "all-patients",
        "“All patients” with adverse events: all of which?",
        Weight.DEFINITION,
        (
            Printed(_OUTCOMES, "All patients had adverse events."),
            Printed(
                _CHARACTERISTICS,
                f"{included} patients were included and treated; one was left out of the analysis.",
            ),
        ),
        f"All are {analysed} if the patients of the analysis are meant and {included} if those "
        "treated are. The article does not say which.",
        "The patient was left out of the analysis for a reason that concerns efficacy alone, and "
        "the sentence gives no number.",
        f"Give harms with both denominators, {analysed} and {included}.",
    )


def tolerance(published: Published) -> Discrepancy:
    """Compare what is said of tolerance with the serious adverse events."""
    events = published.tables["serious_adverse_events"]
    patients = events["patient"].nunique()
    return Discrepancy(
        "tolerance",
        "Well tolerated in all others, one of them in hospital",
        Weight.DEFINITION,
        (
            Printed(
                "Discussion, paragraph 4",
                "In all patients but the one with embolism, IVIg was well tolerated.",
            ),
            Printed(
                _OUTCOMES,
                f"Of {len(events)} serious adverse events the third was in a patient with DM, by "
                "our "
                "reading another one: admission for folliculitis with a suspected abscess.",
            ),
        ),
        f"If so, serious adverse events were in {patients} patients and one of all others had one. "
        "The sentences agree if tolerance means reactions that the drug causes and that admission "
        "had "
        "nothing to do with it; how far an event was related is printed of the embolism alone.",
        "In none of the patients was an event a reason to stop the study medication.",
        f"Count serious adverse events in {patients} patients, if the patient with folliculitis is "
        "another one, as we read the text; the article does not say whether the admission was "
        "related to the treatment.",
    )


def chemotherapy(published: Published) -> Discrepancy:
    """Ask whether treatment was immunoglobulin alone in the patient with cancer."""
    weeks = published.text("design.primary_week")
    week = published.text("claims.discussion.cancer_patient_week")
    return Discrepancy(
        "chemotherapy",
        "Monotherapy, and chemotherapy in one patient",
        Weight.INTERPRETATION,
        (
            Printed("Abstract", f"The standard regimen was IVIg alone for {weeks} weeks."),
            Printed(
                _OUTCOMES,
                "The patient with ovarian cancer was later admitted with anaemia related to "
                "chemotherapy, one of the serious adverse events of the study.",
            ),
        ),
        f"If that admission fell within the {weeks} weeks, so did chemotherapy, and the later "
        "scores of this patient are of both treatments.",
        "The week is not printed; follow-up may have gone on after the "
        f"{weeks} weeks. The patient had improved clearly by week {week}.",
        "Whether IVIg was the only treatment of this patient's disease to the end is not known.",
    )


def dose_or_duration(published: Published) -> Discrepancy:
    """Compare the commonest reason against inclusion with the criterion behind it."""
    reason = published.count("flow.reason_immunosuppressants")
    weeks, other_weeks = (
        published.count(f"design.{name}")
        for name in ("prednisolone_limit_weeks", "azathioprine_methotrexate_limit_weeks")
    )
    return Discrepancy(
        "dose-or-duration",
        "Not included for the dose, where the criterion is of duration too",
        Weight.SLIP,
        (
            Printed(
                _PATIENTS,
                f"Prednisolone is limited in dose and to {weeks} weeks; azathioprine and "
                f"methotrexate to {other_weeks} weeks, at any dose.",
            ),
            Printed(
                _CHARACTERISTICS,
                f"{reason} patients were not eligible because of a higher dose than predefined.",
            ),
        ),
        "By the criterion, patients who took a drug for too long are excluded too, and for "
        "azathioprine and methotrexate there is no dose to exceed. Other drugs are not named in "
        "the exceptions.",
        "Dose may stand for dose and duration in a short list of reasons.",
        f"Read the {reason} as patients with more earlier treatment than allowed.",
    )
