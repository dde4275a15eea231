"""Every cohort of the ensemble meets everything that is printed, by the independent check."""

import subprocess
import sys
from collections import Counter

from tests.random_trials import aggregates, make_trial
from tisstats.lim2021.cohort_check import check, check_many
from tisstats.lim2021.trial_description import DESCRIPTION
from tisstats.synthetic import Ensemble
from tisstats.trial import Trial

#: Cohorts that are checked at once: their tables are not all held in memory.
AT_ONCE = 100


def test_the_whole_ensemble():
    ensemble = Ensemble.read()
    assert len(ensemble) >= 1000
    failed, origins = Counter(), set()
    for start in range(0, len(ensemble), AT_ONCE):
        places = range(start, min(start + AT_ONCE, len(ensemble)))
        trials = [
            Trial(**ensemble.tables(place), description=DESCRIPTION, mmt_max=ensemble.mmt_max)
            for place in places
        ]
        origins |= {trial.origin for trial in trials}
        for place, report in zip(places, check_many(trials), strict=True):
            failed.update((place, item.name) for item in report.mismatches)
    assert failed == Counter()
    assert origins == {"synthetic"}


def test_the_reference_package(reference_directory, reference):
    trial = Trial.read(reference_directory, DESCRIPTION)
    assert check(trial).mismatches == ()
    assert aggregates(trial) == aggregates(make_trial(reference))


def test_the_check_shares_no_code_with_what_it_checks(checkout):
    sources = (checkout / "tisstats" / "lim2021" / "cohort_check").glob("*.py")
    assert [path.name for path in sources if "tisstats.synthetic" in path.read_text()] == []
    code = (
        "import sys, tisstats.synthetic.generate; "
        "checks = ('tisstats.trial', 'tisstats.lim2021.cohort_check'); "
        "print([name for name in sys.modules if name.startswith(checks)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
