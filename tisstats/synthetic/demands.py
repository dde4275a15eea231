"""What the baselines of each patient may be: within scales, subtype and without contradiction."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.measures.scales import SCALES
from tisstats.synthetic.agreement import Floats
from tisstats.synthetic.assignment import BESIDES_MMT
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.columns import code
from tisstats.synthetic.contradictions import NECROTIZING, NECROTIZING_CK, Contradicting
from tisstats.synthetic.expectations import Expectations, rescued
from tisstats.synthetic.people import signs
from tisstats.synthetic.profiles import Profiles
from tisstats.synthetic.scoring import (
    CK,
    EXTRAMUSCULAR,
    HAQ,
    MMT,
    WORSE_MMT_PERCENT,
    WORSE_PERCENT,
    Truth,
    worse_by,
)
from tisstats.synthetic.table2_rows import BEDRIDDEN, baseline_range, value_range
from tisstats.synthetic.targets import CORE, MEASURES, Targets

MRS, SWALLOWING = (MEASURES.index(name) for name in ("mrs", "swallowing"))

#: Factor by which CK is let fall where that can be chosen, of those who stop early and of others.
_CK_FOLD_STOPPED, _CK_FOLD = 4, 40

#: CK at baseline in IMNM without such antibodies, U/L, at least.
IMNM_CK = 1000


class Demands:
    """What must hold of the baselines of the patients of one cohort."""

    def __init__(
        self,
        people: Profiles,
        lying: Ints,
        targets: Targets,
        assumptions: Assumptions,
        without: Collection[str],
    ) -> None:
        self.people, self.lying = people, lying
        self.targets, self.assumptions = targets, assumptions
        self.n = len(people["sex"])
        self.contradicting = Contradicting(assumptions.mmt_max)
        #: Whether all must be disabled enough.
        self.disabled = assumptions.minimal_disability_for_all and (
            "minimal_disability" not in without
        )
        self.extramuscular = self._extramuscular_range()
        self.abnormal = self._abnormal_from()
        necrotizing = np.isin(people["msa"], [code("msa", name) for name in NECROTIZING])
        #: Least CK of each patient.
        imnm = people["subtype"] == code("subtype", "imnm")
        self.ck_least = np.where(necrotizing, NECROTIZING_CK, np.where(imnm, IMNM_CK, 0))
        #: Factor by which the CK of each patient is let fall.
        self.ck_fold = np.where(rescued(people), _CK_FOLD_STOPPED, _CK_FOLD)
        self.expectations = Expectations(people, assumptions.mmt_max)

    def allowed(self, start: Ints, end: Ints, m: int, who: Ints) -> Callable[[Ints], Truth]:
        """Return what tells which values may be the baseline of each patient."""
        change = end[:, m] - start[:, m]
        low, high = value_range(MEASURES[m], self.assumptions)
        least, most = baseline_range(MEASURES[m], self.targets, self.assumptions, self.disabled)
        uln = self.people["ck_uln"][who]

        def allowed(values: Ints) -> Truth:
            before, after = values[None, :], values[None, :] + change[:, None]
            good = (before >= least) & (before <= most) & (after >= low) & (after <= high)
            if m < CORE:
                good &= self._stays_valid(start, end, m, before, after)
            if m == MRS and self.assumptions.only_one_bedridden:
                lies = np.isin(who, self.lying)[:, None]
                good &= lies | ((before < BEDRIDDEN) & (after < BEDRIDDEN))
            if m == MRS:
                good &= ~np.isin(who, self.lying)[:, None] | (after == BEDRIDDEN)
            if m == SWALLOWING and self.assumptions.swallowing_follows_dysphagia:
                well = (self.people["dysphagia"][who] == 0)[:, None]
                good &= (before == most) == well
            trial, late = with_values(start, end, m, before, after)
            good &= ~self.contradicting.at(trial, uln[:, None])
            good &= ~self.contradicting.at(late, uln[:, None])
            return good & ~self.contradicting.collapsed(trial, late)

        return allowed

    def strain(self, start: Ints, end: Ints, m: int, who: Ints) -> Callable[[Ints], Floats]:
        """Return what tells how far each baseline takes each patient from what is expected."""
        change = end[:, m] - start[:, m]

        def strain(values: Ints) -> Floats:
            before, after = values[None, :], values[None, :] + change[:, None]
            both = with_values(start, end, m, before, after)
            return sum(
                (self.expectations.strain(each, who) for each in both), np.zeros(after.shape)
            )

        return strain

    def _stays_valid(self, start: Ints, end: Ints, m: int, before: Ints, after: Ints) -> Truth:
        """Whether other baselines would make nobody worse, nor too little ill."""
        was = worse_by(start[:, m], end[:, m], m, WORSE_PERCENT)[:, None]
        good: Truth = was | ~worse_by(before, after, m, WORSE_PERCENT)
        if m == MMT:
            was = worse_by(start[:, m], end[:, m], m, WORSE_MMT_PERCENT)[:, None]
            good &= was | ~worse_by(before, after, m, WORSE_MMT_PERCENT)
        else:
            ill = self.abnormal[:, m : m + 1]
            good &= (start[:, m : m + 1] < ill) | (before >= ill)
        if m == EXTRAMUSCULAR:
            least, most = self.extramuscular
            good &= (before >= least[:, None]) & (before <= most[:, None])
        if m == CK:
            good &= (before >= self.ck_least[:, None]) & (self.ck_fold[:, None] * after >= before)
        return good

    def _extramuscular_range(self) -> tuple[Ints, Ints]:
        """Return the least and greatest extramuscular activity of each patient at baseline."""
        most = value_range("extramuscular", self.assumptions)[1]
        if not self.assumptions.signs_in_extramuscular:
            return np.zeros(self.n, np.int64), np.full(self.n, most)
        has_signs = signs(self.people) > 0
        slight = self.assumptions.extramuscular_without_signs
        return has_signs.astype(np.int64), np.where(has_signs, most, slight)

    def _abnormal_from(self) -> Ints:
        """From which baseline on each measure of each patient is abnormal."""
        assumed = self.assumptions
        found = np.zeros((self.n, CORE), dtype=np.int64)
        for m in BESIDES_MMT:
            if m == CK:
                found[:, m] = np.floor(assumed.enzyme_abnormal * self.people["ck_uln"]) + 1
            else:
                unit = assumed.haq_abnormal if m == HAQ else assumed.vas_abnormal
                found[:, m] = int(np.ceil(unit / float(SCALES[MEASURES[m]].step)))
        return found

    def broken(self, start: Ints, end: Ints) -> Truth:
        """Tell whose baseline or end contradicts itself, or whose change from one to the other."""
        uln = self.people["ck_uln"]
        found: Truth = self.contradicting.at(start, uln) | self.contradicting.at(end, uln)
        found |= self.contradicting.collapsed(start, end)
        return found | self.contradicting.opposed(start, end)


def with_values(start: Ints, end: Ints, m: int, before: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Return baselines and ends of patients with each of several values of one measure."""
    shape = (*np.broadcast_shapes(before.shape, after.shape, (len(start), 1)), len(MEASURES))
    trial = np.broadcast_to(start[:, None, :], shape).copy()
    late = np.broadcast_to(end[:, None, :], shape).copy()
    trial[..., m], late[..., m] = before, after
    return trial, late
