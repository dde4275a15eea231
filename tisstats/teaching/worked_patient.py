"""One patient scored step by step: made of the medians that the article prints, so no person.

Medians of several measures belong to several patients. Put side by side they give numbers of a
realistic size to practise on, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, ENZYMES, RESPONSE_CUTS
from tisstats.measures.imacs import IMPROVEMENT_RULES, classify_visits
from tisstats.measures.total_improvement_score import band_points
from tisstats.measures.visits import score_visits
from tisstats.printed import as_printed, exact
from tisstats.teaching.exercise import in_words
from tisstats.teaching.measure_facts import band_labels

#: The name under which the patient stands in tables.
NAME = "made of medians"

#: Columns of a table of visits, in the order of `CORE_SET`.
COLUMNS = ("physician_global", "patient_global", "mmt", "haq", "ck", "extramuscular")

#: Just above a cut, and far less than any step of a scale: the wrong side of the cut.
_OTHER_SIDE = 1e-6


def visits(published: Published) -> pd.DataFrame:
    """Give the printed medians at baseline and at the end as the two visits of one patient."""
    weeks = {"baseline": 0, "end": published.count("design.primary_week")}
    return pd.DataFrame(
        [
            {"patient_id": NAME, "week": week}
            | {name: float(published.value(f"table2.{name}.{time}.median")) for name in COLUMNS}
            for time, week in weeks.items()
        ]
    )


def result(published: Published, *, mmt_max: float, ck_uln: float) -> pd.Series:
    """Score the patient; the row of the last visit as `score_visits` gives it."""
    return score_visits(visits(published), mmt_max=mmt_max, uln={"ck": ck_uln}).iloc[-1]


def steps(published: Published, *, mmt_max: float, ck_uln: float) -> pd.DataFrame:
    """Tabulate the way to the score: change, range, per cent, band, points, and the total.

    Parameters
    ----------
    published
        The published facts.
    mmt_max
        Maximum of manual muscle testing, points.
    ck_uln
        Upper limit of normal of creatine kinase, U/L.
    """
    scored = result(published, mmt_max=mmt_max, ck_uln=ck_uln)
    ranges: dict[str, float | None] = {name: SCALES[name].high for name in COLUMNS}
    ranges |= {"mmt": mmt_max, "ck": ENZYMES["ck"].range_in_uln * ck_uln}
    rows = []
    for name, measure in zip(COLUMNS, CORE_SET, strict=True):
        percent = scored[f"{measure}_percent"]
        rows.append(
            {
                "Measure": SCALES[name].name,
                "Baseline": published.text(f"table2.{name}.baseline.median"),
                "End": published.text(f"table2.{name}.end.median"),
                "Range": f"{ranges[name]:g} {SCALES[name].unit}",
                "Improvement, %": as_printed(percent, 1),
                "Band": band_of(percent, measure),
                "Points": f"{scored[f'{measure}_points']:g}",
            }
        )
    rows.append({"Measure": "Total", "Points": f"{scored['tis']:g}"})
    return pd.DataFrame(rows).fillna("")


def band_of(percent: float, measure: str) -> str:
    """Name the band of an improvement.

    >>> band_of(15.0, "haq"), band_of(15.1, "haq")
    ('above 5% to 15%', 'above 15% to 25%')
    """
    cuts = CORE_SET[measure].cuts
    return band_labels(cuts)[sum(exact(float(percent)) > cut for cut in cuts)]


def boundaries(published: Published, *, mmt_max: float, ck_uln: float) -> pd.DataFrame:
    """Tabulate the points with each cut in its own band and, wrongly, in the band above.

    Returns
    -------
    DataFrame
        One row a measure: ``measure``, ``percent``, ``on_cut``, ``points``, ``wrong_side``.
    """
    scored = result(published, mmt_max=mmt_max, ck_uln=ck_uln)
    rows = []
    for measure, rule in CORE_SET.items():
        percent = float(scored[f"{measure}_percent"])
        rows.append(
            {
                "measure": rule.name,
                "percent": percent,
                "on_cut": exact(percent) in rule.cuts,
                "points": float(scored[f"{measure}_points"]),
                "wrong_side": float(band_points(percent + _OTHER_SIDE, measure)),
            }
        )
    return pd.DataFrame(rows)


def boundary_table(found: pd.DataFrame) -> pd.DataFrame:
    """Lay out `boundaries` for a page, with the totals."""
    table = pd.DataFrame(
        {
            "Measure": found["measure"],
            "Improvement, %": [as_printed(percent, 1) for percent in found["percent"]],
            "Exactly on a band boundary": np.where(found["on_cut"], "yes", "no"),
            "Points": [f"{points:g}" for points in found["points"]],
            "On the wrong side": [f"{points:g}" for points in found["wrong_side"]],
        }
    )
    totals = {
        "Measure": "Total",
        "Points": f"{found['points'].sum():g}",
        "On the wrong side": f"{found['wrong_side'].sum():g}",
    }
    return pd.concat([table, pd.DataFrame([totals])]).fillna("")


def limits_by_points(published: Published) -> pd.DataFrame:
    """Tabulate the points of creatine kinase by its upper limit of normal, which is not printed."""
    drop = published.value("table2.ck.baseline.median") - published.value("table2.ck.end.median")
    rule = CORE_SET["enzyme"]
    at_cut = [100 * drop / (ENZYMES["ck"].range_in_uln * cut) for cut in rule.cuts]
    places = [as_printed(limit, 0) for limit in at_cut]
    ranges = [f"below {places[-1]}"]
    ranges += [f"{low} to {high}" for high, low in pairwise(places)][::-1]
    ranges += [f"from {places[0]}"]
    return pd.DataFrame(
        {
            "Upper limit of normal, U/L (about)": ranges,
            "Band": band_labels(rule.cuts)[::-1],
            "Points": [f"{points:g}" for points in rule.points[::-1]],
        }
    )


def against_imacs(published: Published, *, mmt_max: float, ck_uln: float) -> pd.DataFrame:
    """Set the improvement of the range beside the improvement of the patient's own baseline.

    Returns
    -------
    DataFrame
        One row a measure: ``measure``, ``of_range``, ``points``, ``of_baseline`` (per cent) and
        ``counts``, whether it counts as improved in the definition of IMACS.
    """
    scored = result(published, mmt_max=mmt_max, ck_uln=ck_uln)
    judged = judgement(published)
    enough = IMPROVEMENT_RULES["imacs"].improved_by
    rows = []
    for measure, rule in CORE_SET.items():
        relative = float(judged[f"{measure}_relative"])
        rows.append(
            {
                "measure": rule.name,
                "of_range": float(scored[f"{measure}_percent"]),
                "points": float(scored[f"{measure}_points"]),
                "of_baseline": relative,
                "counts": relative >= enough,
            }
        )
    return pd.DataFrame(rows)


def judgement(published: Published) -> pd.Series:
    """Judge the patient by the definitions of IMACS; the row as `classify_visits` gives it."""
    return classify_visits(visits(published), enzyme="ck").iloc[-1]


def on_a_complete_form(published: Published) -> dict[str, str]:
    """Judge the patient with the nearest value of a complete form for the HAQ at the end.

    Returns
    -------
    dict
        ``end`` as printed, ``form``, the value of a complete form, ``percent``, by how much it is
        better than the baseline, ``counts``, whether that is enough, and the ``verdict`` with the
        number of measures ``improved``.
    """
    step = SCALES["haq"].step
    form = round(published.value("table2.haq.end.median") / step) * step
    changed = visits(published)
    changed.loc[changed.index[-1], "haq"] = float(form)
    judged = classify_visits(changed, enzyme="ck").iloc[-1]
    better = float(judged["haq_relative"])
    return {
        "end": published.text("table2.haq.end.median"),
        "form": f"{float(form):g}",
        "percent": as_printed(better, 1),
        "counts": (
            "would count as well"
            if better >= IMPROVEMENT_RULES["imacs"].improved_by
            else "would not count"
        ),
        "verdict": "met" if judged["improved"] else "not met",
        "improved": f"{judged['improved_count']:g}",
    }


def imacs_table(found: pd.DataFrame) -> pd.DataFrame:
    """Lay out `against_imacs` for a page."""
    return pd.DataFrame(
        {
            "Measure": found["measure"],
            "% of the range": [as_printed(value, 1) for value in found["of_range"]],
            "Points": [f"{value:g}" for value in found["points"]],
            "% of the patient's baseline": [as_printed(value, 1) for value in found["of_baseline"]],
            "Improved for IMACS": np.where(found["counts"], "yes", "no"),
        }
    )


def numbers(published: Published, *, mmt_max: float, ck_uln: float) -> Mapping[str, object]:
    """Give the numbers of the page under the names that its prose uses."""
    scored = result(published, mmt_max=mmt_max, ck_uln=ck_uln)
    sides = boundaries(published, mmt_max=mmt_max, ck_uln=ck_uln)
    on_cut = sides[sides["on_cut"]]
    judged, rule = judgement(published), IMPROVEMENT_RULES["imacs"]
    form = on_a_complete_form(published)
    return {
        "haq_end": form["end"],
        "haq_form": form["form"],
        **{f"haq_form_{name}": form[name] for name in ("percent", "counts", "verdict", "improved")},
        "score": f"{scored['tis']:g}",
        "response": scored["response"],
        "cuts": ", ".join(f"{name} {cut}" for name, cut in RESPONSE_CUTS["adult"].items()),
        "measures": len(CORE_SET),
        "on_cut_count": len(on_cut),
        "on_cut_names": " and ".join(map(in_words, on_cut["measure"])) or "none",
        "on_cut_percent": ", ".join(sorted({as_printed(p, 1) for p in on_cut["percent"]})) or "–",
        "wrong_score": f"{sides['wrong_side'].sum():g}",
        "imacs_improved": int(judged["improved_count"]),
        "imacs_needed": rule.improved_count,
        "imacs_percent": f"{rule.improved_by:g}",
        "imacs_worse_percent": f"{rule.worse_by:g}",
        "imacs_worse_allowed": rule.worse_allowed,
        "imacs_verdict": "met" if judged["improved"] else "not met",
    }
