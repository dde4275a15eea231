"""Cohorts of the ensemble meet everything that is printed, by the independent check."""

import hashlib
import subprocess
import sys
from collections import Counter

from tests.cases import some
from tests.random_trials import aggregates, make_trial
from tisstats.ledger.published import data_directory
from tisstats.lim2021.cohort_check import check, check_many
from tisstats.lim2021.trial_description import DESCRIPTION
from tisstats.synthetic import Ensemble
from tisstats.synthetic.ensemble import ENSEMBLE
from tisstats.trial import Trial

#: The file of the ensemble of which all cohorts have been checked; of another, all are.
CHECKED = "24d27f8247de7881ae50460d3c559a4316e3089606b294e41023c9d7087d2fb6"

#: How many are checked each time.
EACH_TIME = 150

#: Cohorts that are checked at once: their tables are not all held in memory.
AT_ONCE = 50


def test_cohorts_of_the_ensemble_and_all_of_a_changed_one():
    file = data_directory("reconstructed") / ENSEMBLE
    ensemble = Ensemble.read(file)
    assert len(ensemble) >= 1000
    known = hashlib.sha256(file.read_bytes()).hexdigest() == CHECKED
    chosen = some(range(len(ensemble)), EACH_TIME if known else len(ensemble))
    failed, origins = Counter(), set()
    for start in range(0, len(chosen), AT_ONCE):
        places = chosen[start : start + AT_ONCE]
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
