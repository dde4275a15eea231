"""A fictitious adult for exercises: six measures at two visits, drawn."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tisstats.measures.core_set import HAQ_MAX, MMT_MAXIMA
from tisstats.measures.visits import score_visits
from tisstats.teaching.cases import EIGHTHS, TENTHS, ULN, VAS, Draw, name_at_start, shown
from tisstats.teaching.worked_patient import COLUMNS

#: Maxima of manual muscle testing that are drawn: those of a published form.
_MMT_MAXIMA = tuple(most for most, test in MMT_MAXIMA.items() if "assumed" not in test)


@dataclass(frozen=True, slots=True)
class Patient:
    """A fictitious adult at baseline and follow-up."""

    visits: pd.DataFrame  #: two visits, as `score_visits` takes them
    mmt_max: int  #: maximum of manual muscle testing, points
    uln: int  #: upper limit of normal of creatine kinase, U/L

    @classmethod
    def draw(cls, draw: Draw, rising: int = 5) -> Patient:
        """Draw a patient; one in `rising` changes of a measure is a worsening."""
        mmt_max, uln = draw.one(_MMT_MAXIMA), draw.one(ULN)

        def fall(low: int, high: int, top: int) -> tuple[int, int]:
            before = draw.whole(low, high)
            if draw.whole(1, rising) == 1:
                return before, min(top, before + draw.whole(1, max(1, before // 3)))
            return before, max(0, before - draw.whole(0, 2 * before // 3))

        columns: dict[str, tuple[float, ...]] = {}
        for name in COLUMNS:
            if name == "mmt":
                loss, left = fall(mmt_max // 8, mmt_max // 2, mmt_max)
                columns[name] = (mmt_max - loss, mmt_max - left)
            elif name == "haq":
                columns[name] = tuple(
                    each / EIGHTHS for each in fall(4, HAQ_MAX * EIGHTHS, HAQ_MAX * EIGHTHS)
                )
            elif name == "ck":
                columns[name] = fall(2 * uln, 12 * uln, 15 * uln)
            else:
                columns[name] = tuple(each / TENTHS for each in fall(15, 90, VAS * TENTHS))
        visits = pd.DataFrame({"patient_id": "fictitious", "week": [0, 12], **columns})
        return cls(visits, mmt_max, uln)

    @property
    def scales(self) -> str:
        """The scales in a sentence."""
        return (
            f"Visual analogue scales run from 0 to {VAS} cm, manual muscle testing to "
            f"{self.mmt_max}, the Health Assessment Questionnaire to {HAQ_MAX}; the upper limit of "
            f"normal of creatine kinase is {self.uln} U/L."
        )

    @property
    def given(self) -> tuple[str, ...]:
        """The values, one line per measure."""
        return tuple(
            f"{name_at_start(name)}: {' → '.join(map(shown, self.visits[name]))}"
            for name in COLUMNS
        )

    def score(self, missing: str = "") -> pd.Series:
        """Score the follow-up visit, without the measure that is missing there."""
        visits = self.visits.copy()
        if missing:
            visits[missing] = visits[missing].astype(float)
            visits.loc[1, missing] = float("nan")
        scored = score_visits(
            visits,
            mmt_max=self.mmt_max,
            uln={"ck": self.uln},
            missing="bounds" if missing else "na",
        )
        return scored.iloc[-1]

    def code(self, call: str, missing: str = "") -> str:
        """Return the Python that makes the visits, followed by a call on them.

        Parameters
        ----------
        call
            What is computed from ``visits``.
        missing
            Column without a value at the second visit.
        """
        function = call.partition("(")[0]
        columns = [
            f'    "{name}": [{before:g}, {"None" if name == missing else f"{after:g}"}],'
            for name, (before, after) in ((name, self.visits[name]) for name in COLUMNS)
        ]
        return "\n".join(
            [
                "import pandas as pd",
                f"from tisstats import {function}",
                "",
                "visits = pd.DataFrame({",
                '    "patient_id": ["fictitious", "fictitious"],',
                '    "week": [0, 12],',
                *columns,
                "})",
                call,
            ]
        )

    @property
    def arguments(self) -> str:
        """The arguments of scoring, as Python."""
        return f'mmt_max={self.mmt_max}, uln={{"ck": {self.uln}}}'
