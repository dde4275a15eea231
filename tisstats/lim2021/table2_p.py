"""The P values that the printed changes of Table 2 allow, for a page, with their conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tisstats.forensics.signed_rank_range import Sample, SignedRankPRange
from tisstats.ledger.published import Published
from tisstats.lim2021.claims.table2_rows import p_range_text, p_text
from tisstats.lim2021.finer_steps import FINER_STEPS, assumed_steps, finer_steps_in_words, with_unit
from tisstats.lim2021.table2_bounds import PRanges, finer, p_ranges
from tisstats.lim2021.table2_row import Row
from tisstats.measures.scales import SCALES
from tisstats.printed import as_printed
from tisstats.proof import Proof
from tisstats.statistics import signed_rank_test


def attainable_p(
    published: Published, *, quantile_definition: str | int = "spss"
) -> dict[str, PRanges]:
    """Return the attainable P values of each measure, given its printed changes.

    Parameters
    ----------
    published
        The published facts.
    quantile_definition
        How the article's quartiles are taken to have been computed; R's types may come as text.
        Exact P values are at hand only for that of SPSS.
    """
    rule = _rule(quantile_definition)
    return {measure: p_ranges(Row.read(published, measure, rule)) for measure in SCALES}


def finer_p(published: Published, *, quantile_definition: str | int = "spss") -> dict[str, PRanges]:
    """Return the attainable P values, on finer steps, of the measures that could have them."""
    rows = {
        measure: finer(Row.read(published, measure, _rule(quantile_definition)))
        for measure in SCALES
    }
    return {measure: p_ranges(row) for measure, row in rows.items() if row is not None}


def _rule(quantile_definition: str | int) -> str | int:
    numbered = isinstance(quantile_definition, str) and quantile_definition.isdecimal()
    return int(quantile_definition) if numbered else quantile_definition


def p_rows(published: Published, ranges: Mapping[str, PRanges]) -> list[tuple[Any, ...]]:
    """Return what the figure draws: label, printed P, and the ranges that are known."""
    rows = []
    for measure, known in ranges.items():
        if known.asymptotic.possible:
            limits = (known.asymptotic, known.exact, known.exact_of_printed)
            printed = published.text(f"table2.{measure}.change.p")
            rows.append((SCALES[measure].name, printed, *map(_limits, limits)))
    return rows


def p_table(
    published: Published, ranges: Mapping[str, PRanges], finer_ranges: Mapping[str, PRanges]
) -> pd.DataFrame:
    """Tabulate attainable P values, and what the exact test could change, in plain words.

    Parameters
    ----------
    published
        The published facts.
    ranges
        On the steps of the scales, see `attainable_p`.
    finer_ranges
        On finer steps, see `finer_p`.
    """
    level = _level(published)
    rows = []
    for measure, known in ranges.items():
        scale = SCALES[measure]
        on_finer = finer_ranges.get(measure)
        rows.append(
            {
                "Outcome measure": scale.name,
                "P as printed": published.text(f"table2.{measure}.change.p"),
                "Steps assumed": with_unit(scale.step, scale.unit),
                "Range of asymptotic P": _told(known.asymptotic),
                "Printed P attainable": "yes" if known.asymptotic.inside else "no",
                "Range of exact P": _told(known.exact),
                "Exact P where the asymptotic prints the same": _told(known.exact_of_printed),
                "Can the exact test change significance?": _change(known, level),
                "Finer steps": "none taken"
                if on_finer is None
                else with_unit(FINER_STEPS[measure].step, scale.unit),
                "Asymptotic P on finer steps": "–"
                if on_finer is None
                else _told(on_finer.asymptotic),
                "Exact P on finer steps where the asymptotic prints the same": "–"
                if on_finer is None
                else _told(on_finer.exact_of_printed),
            }
        )
    return pd.DataFrame(rows)


def changing_samples(published: Published, ranges: Mapping[str, PRanges]) -> pd.DataFrame:
    """Give, where the exact test could change significance, changes that show it.

    Returns
    -------
    DataFrame
        One row a measure with a sample of changes, synthetic, whose asymptotic P value prints as
        published while the exact one lies on the other side of the level.
    """
    rows = []
    for measure, known in ranges.items():
        sample = _changing(known, _level(published))
        if sample is None:
            continue
        values = [float(value) for value in sample]
        exact, asymptotic = (
            signed_rank_test(values, method=method).pvalue for method in ("exact", "asymptotic")
        )
        rows.append(
            {
                "Outcome measure": SCALES[measure].name,
                "Changes (synthetic)": ", ".join(
                    f"{value:g}".replace("-", "–") for value in values
                ),
                "Asymptotic P": p_text(asymptotic),
                "Exact P": p_text(exact),
            }
        )
    columns = ["Outcome measure", "Changes (synthetic)", "Asymptotic P", "Exact P"]
    return pd.DataFrame(rows, columns=columns)


def p_counts(
    published: Published, ranges: Mapping[str, PRanges], finer_ranges: Mapping[str, PRanges]
) -> dict[str, object]:
    """Return the numbers of the page about attainable P values, with their conditions."""
    level = _level(published)
    changing = _names_of_changing(ranges, level)
    # A row without finer steps stays what it is.
    either = {**ranges, **finer_ranges}
    wide, wide_finer = (
        sum(_both_sides(known.asymptotic, level) for known in some.values())
        for some in (ranges, either)
    )
    both_sides = Proof(
        f"in {wide} of {len(ranges)} rows the printed changes allow P values on both sides of "
        f"{as_printed(level, 2)}",
        p_conditions(published, ranges),
    )
    return {
        "p_level": as_printed(level, 2),
        "p_inside": sum(bool(known.asymptotic.inside) for known in ranges.values()),
        "p_both_sides": str(both_sides),
        "p_both_sides_finer": wide_finer,
        "p_given": both_sides.given,
        "p_exact_known": sum(known.exact_of_printed is not None for known in ranges.values()),
        "p_changing": len(changing),
        "p_changing_names": _on_both(changing, _names_of_changing(either, level)),
        "finer_steps": finer_steps_in_words(),
    }


def p_conditions(published: Published, ranges: Mapping[str, PRanges]) -> tuple[str, ...]:
    """Name what the attainable P values of the table rest on."""
    rules = {known.definition for known in ranges.values()}
    (rule,) = rules
    patients, missing = published.count("flow.analysed"), published.count("flow.psoas_missing")
    return (
        f"{patients} changes, of the psoas {patients - missing}",
        assumed_steps(),
        f"quartiles by {'HAVERAGE (SPSS)' if rule == 'spss' else f'rule {rule}'}, printed with "
        "halves away from zero",
        "zeros dropped, no continuity correction",
    )


def _on_both(names: list[str], on_finer: list[str]) -> str:
    """Name rows on the steps assumed and on finer ones, once where they are the same."""
    told, finer_told = (" and ".join(map(_in_prose, some)) or "none" for some in (names, on_finer))
    if names == on_finer:
        return f"{told}, on these steps as on the finer ones"
    return f"{told}; on the finer steps, {finer_told}"


def _in_prose(name: str) -> str:
    """Begin a name small, unless its first word is an abbreviation or it is a title."""
    return name if name.istitle() or name[:2].isupper() else name[0].lower() + name[1:]


def _names_of_changing(ranges: Mapping[str, PRanges], level: float) -> list[str]:
    return [
        SCALES[measure].name
        for measure, known in ranges.items()
        if _changing(known, level) is not None
    ]


def _level(published: Published) -> float:
    return float(published.value("design.significance_level"))


def _limits(found: SignedRankPRange | None) -> tuple[float, float] | None:
    if found is None or found.low is None or found.high is None:
        return None
    return found.low, found.high


def _told(found: SignedRankPRange | None) -> str:
    if found is None:
        return "not computed by this rule"
    limits = _limits(found)
    return "none possible" if limits is None else p_range_text(*limits)


def _both_sides(found: SignedRankPRange, level: float) -> bool:
    limits = _limits(found)
    return limits is not None and limits[0] < level <= limits[1]


def _changing(known: PRanges, level: float) -> Sample | None:
    """Find changes that print the published P and are significant by one test alone."""
    found = known.exact_of_printed
    if found is None or found.low is None or found.high is None:
        return None
    for sample, pvalue in ((found.witness_low, found.low), (found.witness_high, found.high)):
        if sample is not None:
            values = [float(value) for value in sample]
            asymptotic = signed_rank_test(values, method="asymptotic").pvalue
            if (asymptotic < level) != (pvalue < level):
                return sample
    return None


def _change(known: PRanges, level: float) -> str:
    limits = _limits(known.exact_of_printed)
    if limits is None:
        return "not computed by this rule"
    if _changing(known, level) is not None:
        return "yes: changes exist for which only one of the two is significant"
    side = "significant as well" if limits[1] < level else "not significant either"
    return f"no: for all changes on these steps that print so, the exact test is {side}"
