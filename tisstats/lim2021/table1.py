"""Table 1, baseline characteristics: rows, groups, and a check of its arithmetic."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pandas as pd

from tisstats.ledger.published import PublishedFacts
from tisstats.printed import RoundingRule, matches_print, round_to

#: Rows of Table 1: name in the data, and its label here, from ``characteristics.csv``.
CHARACTERISTICS: dict[str, str] = dict(
    pd.read_csv(Path(__file__).with_name("characteristics.csv")).itertuples(index=False)
)

GROUPS = {"all": "All", "dm": "DM", "imnm": "IMNM", "nm_om": "NM/OM", "ass": "ASS"}


def percentages(published: PublishedFacts, rule: RoundingRule = "half-up") -> pd.DataFrame:
    """Recompute every printed percentage from its count and group size.

    Parameters
    ----------
    published
        The published facts.
    rule
        How halves are rounded, see `tisstats.printed.round_to`.

    Returns
    -------
    DataFrame
        One row per percentage: ``characteristic``, ``group``, ``count``, ``of``, ``printed``,
        ``computed`` and ``equal``.
    """
    table = published.tables["table1"]
    rows = []
    for row in table[table["statistic"] == "percent"].to_dict("records"):
        stem = f"table1.{row['characteristic']}.{row['group']}"
        count = published.count(f"{stem}.count")
        patients = published.count(f"table1.patients.{row['group']}.n")
        share, printed = Fraction(100 * count, patients), published.printed(f"{stem}.percent")
        rows.append(
            {
                "characteristic": CHARACTERISTICS[str(row["characteristic"])],
                "group": GROUPS[str(row["group"])],
                "count": count,
                "of": patients,
                "printed": str(row["printed"]),
                "computed": str(round_to(share, printed.decimals, rule)),
                "equal": matches_print(share, printed, rule),
            }
        )
    return pd.DataFrame(rows)


def row_sums(published: PublishedFacts) -> pd.DataFrame:
    """Add the subtypes of every row that prints both them and a total.

    Returns
    -------
    DataFrame
        ``characteristic``, ``parts`` (such as "5 + 3 + 3 + 1"; empty cells count as zero),
        ``terms`` (how many subtypes print a number), ``sum``, ``total``, ``equal``.
    """
    counts = published.tables["table1"]
    counts = counts[counts["statistic"].isin(["n", "count"])]
    rows = []
    for characteristic, group in counts.groupby("characteristic", sort=False):
        printed = group.set_index("group")["printed"].astype(int)
        parts = printed.drop("all", errors="ignore")
        if "all" in printed and len(parts):
            rows.append(
                {
                    "characteristic": CHARACTERISTICS.get(str(characteristic), "Patients"),
                    "parts": " + ".join(map(str, parts)),
                    "terms": len(parts),
                    "sum": parts.sum(),
                    "total": printed["all"],
                }
            )
    sums = pd.DataFrame(rows)
    return sums.assign(equal=sums["sum"] == sums["total"])
