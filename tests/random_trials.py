"""Trials made at random, and a slow computation of everything that the package computes fast.

The trials meet nothing of what is printed: they show that each aggregate is computed rightly.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from tisstats.ledger.published import data_directory
from tisstats.lim2021.cohort_check import Addresses
from tisstats.lim2021.cohort_check.aggregates import compute, study_addresses
from tisstats.lim2021.cohort_check.checked_trial import CheckedTrial
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.trial_description import DESCRIPTION, package
from tisstats.trial import TABLES, Trial, analyse

SUBTYPES = ["dm"] * 9 + ["imnm"] * 6 + ["nm_om"] * 4 + ["ass"]
MSA = ["none", "anti_hmgcr", "anti_nxp2", "anti_jo1", "anti_mda5", "anti_srp", "anti_tif1_gamma"]
FLAGS = [
    *("european_ancestry", "dysphagia", "skin", "arthritis", "raynaud", "cardiac", "pulmonary"),
    *("other_extramuscular", "cancer_at_diagnosis", "maa", "recent_statin"),
]
HIGH = {"ck": 4000, "deltoid": 150, "biceps": 200, "psoas": 300}

Tables = dict[str, pd.DataFrame]


def aggregates(trial, published=None, *, options=None):
    """Every published aggregate of a trial, or of an analysis with an interpretation of its own."""
    analysis = analyse(trial, options) if isinstance(trial, Trial) else trial
    addresses = study_addresses() if published is None else Addresses(published)
    return compute(CheckedTrial(analysis, addresses.published), addresses)


def random_tables(seed: int) -> Tables:
    """Draw a trial of the study's shape, with values anywhere on the scales."""
    draw = np.random.default_rng(seed)
    patients, visits, treatments, events = [], [], [], []
    subtypes = draw.permutation(SUBTYPES)
    for number, subtype in enumerate(subtypes, start=1):
        analysed = number != 2
        if not analysed:
            patients.append(
                {"patient_id": "S-02", "origin": "synthetic", "subtype": subtype, "analysed": False}
                | {"sex": "male"}
            )
            continue
        early = draw.random() < 0.35
        amended = not early and number > 10 and draw.random() < 0.4
        weeks = [0, 3, 4, 8, 9] if amended else [0, 3, 6, 9]
        if number > 10 and not amended and draw.random() < 0.3:
            weeks = [0, 3, 4, 6, 9]
        if early:
            weeks = weeks[: int(draw.integers(2, len(weeks)))]
        patients.append(
            {
                "patient_id": f"S-{number:02d}",
                "origin": "synthetic",
                "subtype": subtype,
                "analysed": True,
                "sex": str(draw.choice(["female", "male"])),
                "age_at_onset": int(draw.integers(18, 85)),
                "disease_duration": int(draw.integers(0, 9)),
                **{flag: bool(draw.random() < 0.5) for flag in FLAGS},
                "connective_tissue_disorder": str(
                    draw.choice(["none", "mixed", "sjogren", "systemic_sclerosis"])
                ),
                "cancer_in_follow_up": str(draw.choice(["none", "ovarian"], p=[0.9, 0.1])),
                "msa": str(draw.choice(MSA)),
                "prior_immunosuppressant": str(
                    draw.choice(["none", "prednisolone", "methotrexate"], p=[0.8, 0.1, 0.1])
                ),
                "ck_uln": int(draw.choice([145, 171])),
                "regimen": "amended" if amended else "standard",
                "end_week": weeks[-1],
                "end_reason": "rescue_medication" if early else "completed",
            }
        )
        base = {name: _level(draw, name, None) for name in SCALES}
        for week in weeks:
            now = base if week == 0 else {n: _level(draw, n, base[n]) for n in SCALES}
            visits.append(
                {"patient_id": f"S-{number:02d}", "week": week, "origin": "synthetic", **now}
            )
        for week, dose in ((0, 2), (3, 1), (6, 1)):
            if week < weeks[-1]:
                treatments.append(_treatment(number, week, "ivig", dose))
        if early:
            treatments.append(_treatment(number, weeks[-1], "rescue", None))
        for count in range(int(draw.integers(0, 3))):
            events.append(_event(number, count + 1, "headache", bool(draw.random() < 0.1)))
    frames = {
        "patients": pd.DataFrame(patients),
        "visits": pd.DataFrame(visits),
        "treatments": pd.DataFrame(treatments),
        "adverse_events": pd.DataFrame(events),
    }
    return {name: in_order(name, frame) for name, frame in frames.items()}


def in_order(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    names = [field["name"] for field in DESCRIPTION.fields[name]]
    return frame.reindex(columns=names).astype(object)


def _level(draw, name, before):
    scale = SCALES[name]
    step = float(scale.step)
    top = round((scale.high or HIGH[name]) / step)
    low = 1 if name == "ck" else round(scale.low / step)
    if before is None:
        units = int(draw.integers(low, top + 1))
    else:
        units = round(before / step) + int(draw.normal(0, 0.15) * (top - low))
    value = min(max(units, low), top) * scale.step
    return int(value) if scale.step.denominator == 1 else float(value)


def _treatment(number, week, treatment, dose):
    return {
        "patient_id": f"S-{number:02d}",
        "week": week,
        "treatment": treatment,
        "dose_g_per_kg": dose,
        "origin": "synthetic",
    }


def _event(patient, number, what, serious, week=None, related="not stated"):
    return {
        "patient_id": f"S-{patient:02d}",
        "number": number,
        "week": week,
        "event": what,
        "serious": serious,
        "treatment_related": related,
        "origin": "synthetic",
    }


def as_text(value: object) -> str:
    """Write a cell as a data package does."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def write(tables: Tables, folder: Path, mmt_max: object = 260) -> Path:
    """Write a trial as a data package."""
    folder.mkdir(parents=True, exist_ok=True)
    described = json.loads(json.dumps(package())) | {"measures": {"mmt_max": mmt_max}}
    for resource in described["resources"]:
        resource["path"] = f"synthetic_{resource['name']}.csv"
        table = tables[resource["name"]].map(as_text)
        table.to_csv(folder / resource["path"], index=False)
    (folder / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    return folder


def make_trial(tables: Tables, mmt_max: int = 260) -> Trial:
    """Return the trial of some tables as the study describes them."""
    return Trial(**tables, description=DESCRIPTION, mmt_max=mmt_max)


@pytest.fixture(scope="session")
def tables_of() -> Callable[[int], Tables]:
    return random_tables


@pytest.fixture(scope="session")
def trial_of() -> Callable[[int], Trial]:
    return lambda seed: make_trial(random_tables(seed))


@pytest.fixture
def tables() -> Tables:
    return random_tables(0)


@pytest.fixture(scope="session")
def writer() -> Callable[[Tables, Path], Path]:
    return write


@pytest.fixture(scope="session")
def slow() -> ModuleType:
    """The slow computation of every aggregate."""
    path = Path(__file__).parent / "lim2021" / "cohort_check" / "slow_reference.py"
    spec = importlib.util.spec_from_file_location("slow_reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def reference_directory() -> Path:
    return data_directory("reconstructed") / "synthetic_reference_cohort"


@pytest.fixture(scope="session")
def reference(reference_directory: Path) -> Tables:
    """The tables of the reference cohort, text as it stands in its files."""
    return {
        name: pd.read_csv(
            reference_directory / f"synthetic_{name}.csv", dtype=str, keep_default_na=False
        )
        for name in TABLES
    }
