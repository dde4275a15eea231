"""Files: a cohort as a data package, many as an ensemble; equal bytes, all or nothing."""

import json
import os
import stat
import sys

import numpy as np
import pandas as pd
import pytest

from tisstats.datapackage import read_tables
from tisstats.errors import DataError
from tisstats.ledger.published import data_directory
from tisstats.lim2021.cohort_check import check
from tisstats.lim2021.trial_description import DESCRIPTION
from tisstats.synthetic import Ensemble, draw_ensemble, run, write_package
from tisstats.synthetic.ensemble import ENSEMBLE
from tisstats.tables.atomic import write_folder
from tisstats.trial import TABLES, Trial, analyse, summaries
from tisstats.trial.study_data import StudyData


def test_the_reference_cohort_is_the_first_of_the_ensemble(kept, tmp_path):
    reference = data_directory("reconstructed") / "synthetic_reference_cohort"
    write_package(kept.cohort(0), tmp_path / "again")
    for file in (tmp_path / "again").iterdir():
        assert file.read_bytes() == (reference / file.name).read_bytes()
    report = check(Trial.read(reference, DESCRIPTION))
    assert report.mismatches == ()


def test_everything_kept_says_that_it_is_synthetic():
    folder = data_directory("reconstructed")
    assert "synthetic" in (folder / "README.md").read_text("utf-8").lower()
    with np.load(folder / ENSEMBLE) as stored:
        assert json.loads(stored["synthetic"].item())["synthetic"] is True
    assert (folder / ENSEMBLE).stat().st_size < 3_000_000
    reference = folder / "synthetic_reference_cohort"
    described = json.loads((reference / "datapackage.json").read_text("utf-8"))
    assert "synthetic" in described["title"].lower()
    assert "synthetic" in described["description"].lower()
    for table in read_tables(reference).values():
        assert set(table["origin"]) == {"synthetic"}
    assert all(
        file.name.startswith("synthetic_")
        for file in reference.iterdir()
        if file.name not in ("datapackage.json", "study.toml")
    )


def test_a_cohort_is_a_study_like_any_other():
    folder = data_directory("reconstructed") / "synthetic_reference_cohort"
    as_study, as_trial = StudyData.read(folder), Trial.read(folder, DESCRIPTION)
    assert as_study.study.study.data == "synthetic"
    np.testing.assert_array_equal(as_study.analysis.tis, analyse(as_trial).tis)
    tables = [summaries.table2(each) for each in (as_study.analysis, as_trial)]
    for column in ("n", "P"):
        assert tables[0][column].tolist() == tables[1][column].tolist()


def test_a_package_holds_the_same_as_the_tables(cohorts, tmp_path):
    folder = write_package(cohorts[1], tmp_path / "cohort")
    for name, table in read_tables(folder).items():
        shown = cohorts[1].tables()[name]
        for column in shown:
            numeric = pd.api.types.is_numeric_dtype(shown[column])
            given = pd.to_numeric(table[column]) if numeric else table[column]
            expected = shown[column].astype(float) if numeric else shown[column]
            pd.testing.assert_series_equal(
                given.astype(float) if numeric else given.astype(str),
                expected if numeric else expected.astype(str),
                check_names=False,
                check_dtype=False,
            )


def test_the_kept_archive_is_what_its_cohorts_give_again(kept, tmp_path):
    # A seed keeps giving the same bytes: the description inside the archive is part of them.
    kept.write(tmp_path / ENSEMBLE)
    published = data_directory("reconstructed") / ENSEMBLE
    with np.load(tmp_path / ENSEMBLE) as again, np.load(published) as stored:
        assert again["synthetic"].item() == stored["synthetic"].item()
    assert (tmp_path / ENSEMBLE).read_bytes() == published.read_bytes()


def test_an_ensemble_is_read_as_it_was_written(cohorts, tmp_path):
    ensemble = Ensemble.of(cohorts)
    for name in ("first.npz", "second.npz"):
        ensemble.write(tmp_path / name)
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    again = Ensemble.read(tmp_path / "first.npz")
    assert (len(again), again.seed, again.event_labels) == (
        len(cohorts),
        11,
        cohorts[0].event_labels,
    )
    for index, cohort in enumerate(cohorts):
        np.testing.assert_array_equal(again.cohort(index).visits, cohort.visits)
        for name in TABLES:
            pd.testing.assert_frame_equal(again.tables(index)[name], cohort.tables()[name])


def test_what_is_no_ensemble_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"nothing\.npz: there is no such file"):
        Ensemble.read(tmp_path / "nothing.npz")
    (tmp_path / "text.npz").write_text("patients")
    with pytest.raises(DataError, match=r"text\.npz: is not an ensemble of synthetic cohorts"):
        Ensemble.read(tmp_path / "text.npz")
    np.savez(tmp_path / "other.npz", numbers=np.arange(3))
    with pytest.raises(DataError, match=r"other\.npz: is not an ensemble of synthetic cohorts"):
        Ensemble.read(tmp_path / "other.npz")


def test_cohorts_are_gathered_in_order_and_of_one_seed(cohorts):
    with pytest.raises(ValueError, match="indices 0, 1, 2 and so on"):
        Ensemble.of(cohorts[1:])
    with pytest.raises(IndexError, match="index must be from 0 to 5, got 6"):
        Ensemble.of(cohorts).cohort(6)


def test_nothing_is_overwritten(cohorts, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="already exists and is not overwritten"):
        write_package(cohorts[0], tmp_path / "mine")
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(cohorts, tmp_path):
    (tmp_path / "new").mkdir()
    write_package(cohorts[0], tmp_path / "new")
    assert len(list((tmp_path / "new").iterdir())) == 6


def test_nothing_half_written_is_left(tmp_path):
    def fill(folder):
        (folder / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "out", fill)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_folder_that_was_written_is_readable_by_all(tmp_path):
    before = os.umask(0o022)
    try:
        written = write_folder(tmp_path / "new", lambda folder: (folder / "a").write_text("a"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(written.stat().st_mode) == 0o755


def test_progress_is_told_and_ends_with_all(monkeypatch, kept):
    monkeypatch.setattr(run, "draw_cohort", lambda *_, index, **__: kept.cohort(index))
    told = []
    drawn = draw_ensemble(4, 10, processes=1, progress=lambda *numbers: told.append(numbers))
    assert told == [(8, 10), (10, 10)]
    assert [cohort.index for cohort in drawn] == list(range(10))


@pytest.mark.parametrize(("seed", "cohorts"), [(-1, 3), (1, 0), (True, 3), (1, 2.5)])
def test_wrong_numbers_are_refused(seed, cohorts):
    with pytest.raises(ValueError, match="must be a whole number of at least"):
        draw_ensemble(seed, cohorts)
