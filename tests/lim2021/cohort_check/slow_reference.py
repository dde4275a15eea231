"""Every aggregate once more: slowly, from cells as they stand, in plain Python and fractions.

Written from the published definitions, with nothing of the package: its own bands and points, its
own ranks, its own percentiles. `conftest.py` hands it to the tests. They change one cell at a time:
a course, and a column of Table 2, that has been computed once is not computed again.
"""

from fractions import Fraction
from functools import cache
from math import erfc, sqrt

MEASURES = (
    *("physician_global", "patient_global", "mmt", "haq", "ck", "extramuscular", "mrc_sum"),
    *("deltoid", "biceps", "psoas", "swallowing", "mrs", "eq_vas"),
)
ABOUT_ACTIVITY, OF_STRENGTH = (5, 15, 25, 40), (2, 10, 20, 30)
#: Range of the scale (of CK in upper limits of normal), cuts in per cent of it, points, and
#: whether higher is better.
SCORE = {
    "physician_global": (10, ABOUT_ACTIVITY, ("0", "7.5", "15", "17.5", "20"), False),
    "patient_global": (10, ABOUT_ACTIVITY, ("0", "2.5", "5", "7.5", "10"), False),
    "mmt": (260, OF_STRENGTH, ("0", "10", "20", "27.5", "32.5"), True),
    "haq": (3, ABOUT_ACTIVITY, ("0", "5", "7.5", "7.5", "10"), False),
    "ck": (15, ABOUT_ACTIVITY, ("0", "2.5", "5", "7.5", "7.5"), False),
    "extramuscular": (10, ABOUT_ACTIVITY, ("0", "7.5", "12.5", "15", "20"), False),
}


def number(cell):
    """Read a cell; None is empty."""
    if cell is None or cell == "" or cell != cell:
        return None
    return fraction(str(cell))


fraction = cache(Fraction)


def flag(cell):
    return cell is True or str(cell).lower() == "true"


def place_of(row):
    """The place of a synthetic patient, S-01 and so on, in the order of inclusion."""
    return int(row["patient_id"].removeprefix("S-"))


def records(table):
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]


def score(baseline, now, limit):
    """Total Improvement Score of one visit; None if a measure is missing."""
    total = Fraction(0)
    for measure, (span, cuts, points, higher) in SCORE.items():
        before, after = number(baseline[measure]), number(now[measure])
        if before is None or after is None:
            return None
        better = after - before if higher else before - after
        percent = 100 * better / (span * (number(limit) if measure == "ck" else 1))
        band = sum(percent > cut for cut in cuts)
        total += Fraction(points[band])
    return total


def worse(baseline, now):
    """Whether one visit meets the IMACS definition of worsening."""
    loss = {}
    for measure, (*_, higher) in SCORE.items():
        before, after = number(baseline[measure]), number(now[measure])
        if before is not None and after is not None:
            loss[measure] = before - after if higher else after - before

    def relative(measure, percent):
        before = number(baseline[measure])
        return measure in loss and before != 0 and 100 * loss[measure] >= percent * before

    physician = loss.get("physician_global", 0) >= 2 and relative("mmt", 20)
    extramuscular = loss.get("extramuscular", 0) >= 2
    return physician or extramuscular or sum(relative(m, 30) for m in SCORE) >= 3


@cache
def course(visits, limit):
    """The score of each visit, given as the cells of its measures, and whether any is worse."""
    rows = [dict(zip(SCORE, cells, strict=True)) for cells in visits]
    first, *later = rows
    scores = [score(first, row, limit) for row in rows]
    return tuple(scores), any(worse(first, row) for row in later)


def percentile(values, numerator):
    """The `numerator`-th quarter by position (n + 1) p; None from position n on."""
    ordered = sorted(values)
    if not ordered:
        return None
    position = Fraction((len(ordered) + 1) * numerator, 4)
    if position >= len(ordered):
        return None
    if position < 1:
        return Fraction(ordered[0])
    below = int(position)
    part = position - below
    upper = ordered[below] if part else ordered[below - 1]
    return (1 - part) * ordered[below - 1] + part * upper


def signed_rank_p(differences):
    """Two-sided P: zeros dropped, middle ranks, normal approximation, no correction."""
    used = [each for each in differences if each]
    if not used:
        return 1.0
    sizes = [abs(each) for each in used]
    rank = {
        size: Fraction(2 * sum(s < size for s in sizes) + sizes.count(size) + 1, 2)
        for size in set(sizes)
    }
    ranks = [rank[size] for size in sizes]
    plus = sum(r for r, each in zip(ranks, used, strict=True) if each > 0)
    z = float(plus - Fraction(sum(ranks), 2)) / sqrt(float(Fraction(sum(r * r for r in ranks), 4)))
    return erfc(abs(z) / sqrt(2))


@cache
def column(pairs):
    """What Table 2 says of a measure, given as the cells of each patient's first and last visit."""
    numbers = [(number(before), number(after)) for before, after in pairs]
    samples = {
        "baseline": [before for before, _ in numbers if before is not None],
        "end": [after for _, after in numbers if after is not None],
        "change": [b - a for a, b in numbers if a is not None and b is not None],
    }
    found = {
        f"{time}.{part}": percentile(values, quarter)
        for time, values in samples.items()
        for part, quarter in (("q1", 1), ("median", 2), ("q3", 3))
    }
    return found | {"change.p": signed_rank_p(samples["change"])}


def rounded(value, decimals):
    """Halves away from zero, as a fraction."""
    scaled = abs(value) * 10**decimals
    digits = int(scaled + Fraction(1, 2))
    return Fraction(-digits if value < 0 else digits, 10**decimals)


class Cohort:
    """The courses of the analysed patients."""

    def __init__(self, tables):
        self.everybody = records(tables["patients"])
        self.patients = [p for p in self.everybody if flag(p["analysed"])]
        self.treatments = records(tables["treatments"])
        self.events = records(tables["adverse_events"])
        self.visits = {}
        for visit in records(tables["visits"]):
            self.visits.setdefault(visit["patient_id"], []).append(visit)
        for patient in self.patients:
            mine = sorted(self.visits[patient["patient_id"]], key=lambda v: int(v["week"]))
            patient["visits"] = mine
            patient["weeks"] = [int(v["week"]) for v in mine]
            cells = tuple(tuple(v[measure] for measure in SCORE) for v in mine)
            patient["tis"], patient["worse"] = course(cells, patient["ck_uln"])

    def aggregates(self):
        return self.table1() | self.table2() | self.flow() | self.response() | self.safety()

    # Table 1

    def table1(self):
        found = {}
        for group in ("all", "dm", "imnm", "nm_om", "ass"):
            some = [p for p in self.patients if group in ("all", p["subtype"])]
            found[f"table1.patients.{group}.n"] = len(some)
            for name in ("age_at_onset", "disease_duration"):
                values = [number(p[name]) for p in some]
                for part, quarter in (("q1", 1), ("median", 2), ("q3", 3)):
                    found[f"table1.{name}.{group}.{part}"] = percentile(values, quarter)
                found[f"table1.{name}.{group}.value"] = values[0] if len(values) == 1 else None
            for name, holds in self.characteristics().items():
                count = sum(holds(p) for p in some)
                found[f"table1.{name}.{group}.count"] = count
                share = Fraction(100 * count, len(some)) if some else None
                found[f"table1.{name}.{group}.percent"] = share
        return found

    @staticmethod
    def characteristics():
        plain = (
            *("european_ancestry", "dysphagia", "skin", "arthritis", "raynaud", "cardiac"),
            *("pulmonary", "other_extramuscular"),
        )
        antibodies = ("hmgcr", "nxp2", "jo1", "mda5", "srp", "tif1_gamma")
        none = lambda p: p["msa"] == "none" and not flag(p["maa"])  # noqa: E731
        return {
            "females": lambda p: p["sex"] == "female",
            **{name: lambda p, name=name: flag(p[name]) for name in plain},
            "connective_tissue_disorder": lambda p: p["connective_tissue_disorder"] != "none",
            "cancer": lambda p: flag(p["cancer_at_diagnosis"]),
            **{
                f"anti_{name}": lambda p, name=name: f"anti_{name}" in p["msa"].split(";")
                for name in antibodies
            },
            "msa": lambda p: p["msa"] != "none",
            "maa_only": lambda p: p["msa"] == "none" and flag(p["maa"]),
            "seronegative": none,
            "no_antibodies": none,
        }

    # Table 2

    def table2(self):
        found = {}
        for measure in MEASURES:
            pairs = tuple(
                (p["visits"][0][measure], p["visits"][-1][measure]) for p in self.patients
            )
            for name, value in column(pairs).items():
                found[f"table2.{measure}.{name}"] = value
        return found

    # Text

    def flow(self):
        everybody, patients = self.everybody, self.patients
        before = [p["prior_immunosuppressant"] or "none" for p in everybody]
        before = ["none" if drug != drug else drug for drug in before]
        disorders = [p["connective_tissue_disorder"] for p in patients]
        out = [place_of(p) for p in everybody if not flag(p["analysed"])]
        antibodies = self.characteristics()
        return {
            "flow.included": len(everybody),
            **{
                f"flow.included_{name}": sum(p["subtype"] == name for p in everybody)
                for name in ("dm", "imnm", "nm_om", "ass")
            },
            "flow.excluded_from_analysis": len(out),
            "flow.excluded_patient": out[0] if len(out) == 1 else None,
            "flow.analysed": len(patients),
            "flow.treated_before": sum(drug != "none" for drug in before),
            "flow.treated_before_prednisolone": before.count("prednisolone"),
            "flow.treated_before_methotrexate": before.count("methotrexate"),
            "flow.ctd_mixed": disorders.count("mixed"),
            "flow.ctd_sjogren": disorders.count("sjogren"),
            "flow.ctd_systemic_sclerosis": disorders.count("systemic_sclerosis"),
            "flow.msa_positive": sum(map(antibodies["msa"], patients)),
            "flow.maa_only": sum(map(antibodies["maa_only"], patients)),
            "flow.no_antibodies": sum(map(antibodies["no_antibodies"], patients)),
            "flow.msa_multiple": sum(";" in p["msa"] for p in patients),
            "flow.psoas_missing": sum(number(p["visits"][0]["psoas"]) is None for p in patients),
            "flow.ended_early": sum(p["end_reason"] != "completed" for p in patients),
        }

    def response(self):
        first = [self.first(p, 40) for p in self.patients]
        known = [week for week in first if week is not None]
        lost = [p for p in self.patients if self.lost(p)]
        eligible = [p for p in self.patients if self.eligible(p)]
        stopped = [p for p in eligible if p["end_reason"] != "completed"]
        went_on = [p for p in eligible if p["end_reason"] == "completed"]
        maintained = {t["patient_id"] for t in self.treatments if number(t["dose_g_per_kg"]) == 1}
        excluded = [place_of(p) for p in self.everybody if not flag(p["analysed"])]
        return {
            "response.responders": len(known),
            "response.moderate_week_3": sum(0 < week <= 3 for week in known),
            "response.moderate_week_4": sum(3 < week <= 4 for week in known),
            "response.moderate_week_6": sum(4 < week <= 6 for week in known),
            "response.responders_after_week_3": sum(week > 3 for week in known),
            "response.non_responders": len(first) - len(known),
            "response.minimal": sum(self.reached(p["tis"][-1], 20) for p in self.patients),
            "response.minimal_lost": len(lost),
            "response.deteriorated_after_maintenance": sum(
                place_of(p) <= 10 and p["patient_id"] in maintained for p in lost
            ),
            "response.amended_eligible": len(eligible),
            "response.amended_stopped": len(stopped),
            "response.amended_continued": sum(not self.improved_further(p) for p in went_on),
            "response.discussion_added": (2 in excluded)
            + any(place_of(p) == 4 and not self.reached(p["tis"][-1], 20) for p in self.patients),
        }

    @staticmethod
    def reached(tis, least):
        return tis is not None and tis >= least

    def first(self, patient, least):
        for week, tis in zip(patient["weeks"], patient["tis"], strict=True):
            if self.reached(tis, least):
                return week
        return None

    def lost(self, patient):
        tis = patient["tis"]
        if len(tis) < 2 or tis[-1] is None:
            return False
        return self.reached(tis[1], 20) and tis[-1] < 20

    def eligible(self, patient):
        first = self.first(patient, 40)
        late = place_of(patient) > 10
        return late and 4 in patient["weeks"] and (first is None or first > 4)

    def improved_further(self, patient):
        both = list(zip(patient["weeks"], patient["tis"], strict=True))
        until = [tis for week, tis in both if week <= 4 and tis is not None]
        after = [tis for week, tis in both if week > 4 and tis is not None]
        return bool(after) and max(after) > max(until)

    def safety(self):
        serious = [e for e in self.events if flag(e["serious"])]
        serious.sort(key=lambda e: (place_of(e), int(e["number"])))
        embolisms = [e for e in serious if "pulmonary embolism" in e["event"].lower()]
        week = number(embolisms[0]["week"]) if len(embolisms) == 1 else None
        ids = {p["patient_id"] for p in self.patients}
        rescued = {t["patient_id"] for t in self.treatments if t["treatment"] == "rescue"}
        return {
            "safety.serious_adverse_events": len(serious),
            "safety.pulmonary_embolism": len(embolisms),
            "safety.pulmonary_embolism_week": week,
            "safety.ovarian_cancer": sum(
                p["cancer_in_follow_up"] == "ovarian" for p in self.everybody
            ),
            "safety.adverse_events_patients": len(ids & {e["patient_id"] for e in self.events}),
            "safety.stopped_for_adverse_event": sum(
                p["end_reason"] == "adverse_event" for p in self.patients
            ),
            "safety.deterioration": sum(p["worse"] for p in self.patients),
            "safety.rescue_medication": len(ids & rescued),
        }


def agrees(value, text):
    """Whether a number, rounded as printed, is what is printed."""
    if value is None:
        return False
    printed = text.replace("–", "-").replace("−", "-").replace("%", "").strip()
    if printed.startswith("<"):
        return value < float(printed[1:])
    decimals = len(printed.partition(".")[2])
    return rounded(Fraction(value), decimals) == fraction(printed)
