"""The patient-level data of the chapters: the reference cohort, another one, or a trial."""

from __future__ import annotations

from dataclasses import dataclass
from errno import ENAMETOOLONG
from pathlib import Path

from tisstats.datapackage import DESCRIPTOR
from tisstats.errors import DataError, Fault, shortened
from tisstats.lim2021.claims.reference_cohort import reference_cohort
from tisstats.lim2021.trial_description import DESCRIPTION
from tisstats.synthetic.ensemble import ENSEMBLE, Ensemble
from tisstats.trial import TABLES, Trial

REFERENCE = "reference"

#: What a message calls the project's ensemble.
_OWN = "the ensemble of synthetic cohorts"

#: Most digits of the number of a cohort; Python reads no number of thousands of them.
_MOST_DIGITS = 12

#: Most characters of a choice in a message; no file has so long a name.
_LONGEST_SHOWN = 300

#: Stands between the folder of an ensemble and the number of one of its cohorts.
SEPARATOR = "#"


@dataclass(frozen=True, slots=True, eq=False)
class PatientLevelData:
    """Patient-level data, with the label and the notice to show with them."""

    trial: Trial  #: the patients
    name: str  #: which data they are, in words
    drawn: bool  #: whether they were drawn to reproduce the article's numbers

    @property
    def kind(self) -> str:
        """Column heading: ``synthetic`` or ``observed``."""
        return self.trial.origin

    @property
    def label(self) -> str:
        """Label of every figure and table made from the data."""
        if self.kind == "synthetic":
            return f"Synthetic patients ({self.name}): not real patients"
        return f"Observed patients ({self.name})"

    @property
    def notice(self) -> str:
        """What a reader must know about everything made from the data."""
        ids = self.trial.patients["patient_id"]
        unreal = (
            f"Patients {ids.iloc[0]} to {ids.iloc[-1]} are not real patients, and none of them is "
            "a patient of the article."
        )
        if self.drawn:
            return (
                f"This section rests on synthetic patient-level data: {self.name}, generated to "
                "reproduce the printed counts and the tables of the article, as read here. The "
                "printed percentage of responders and its interval are not among these: they do "
                f"not follow from the counts. {unreal} That they reproduce these counts "
                "and tables shows that these are mutually consistent; it is not evidence for any "
                "of them, and one cohort says nothing about unpublished values."
            )
        supplied = f"This section rests on the {self.kind} data of {self.name}, supplied by whoever"
        if self.kind == "synthetic":
            return (
                f"{supplied} built this copy. As its files declare, they are not real patients. "
                "They are not evidence for any number."
            )
        return (
            f"{supplied} built this copy. Whether they are those of the article is not known here."
        )


def patient_level_data(choice: str = REFERENCE) -> PatientLevelData:
    """Read the patient-level data that a reader chose.

    Parameters
    ----------
    choice
        ``"reference"``; a number from 0, that of a cohort of the project's ensemble, of which the
        first is the reference cohort; the folder of a trial's data package; or the folder or file
        of an ensemble that ``tisstats reconstruct`` wrote, for its first cohort, with ``#3`` after
        it for the cohort of that number.

    Raises
    ------
    DataError
        If there is no such cohort, folder or file, or its files are at fault.

    Examples
    --------
    >>> patient_level_data("17").name
    'cohort 17 of the ensemble'
    """
    choice = str(choice).strip()
    if choice == REFERENCE:
        return PatientLevelData(reference_cohort(), "the reference cohort", drawn=True)
    if choice.isdecimal():
        return _from_ensemble(Ensemble.read(), choice, "the ensemble", _OWN)
    possible = _can_exist(Path(choice))
    place, number = split_choice(choice) if possible else (Path(choice), "")
    unnamed = not choice or choice.startswith(SEPARATOR) or not possible
    if not unnamed and (ensemble := ensemble_file(place)) is not None:
        folder = ensemble.parent if ensemble.name == ENSEMBLE else ensemble
        where = f"the ensemble in {folder.resolve().name}"
        return _from_ensemble(Ensemble.read(ensemble), number or "0", where, str(ensemble))
    if unnamed or not place.is_dir():
        message = f"is not a folder, not the number of a cohort and not {REFERENCE!r}"
        shown = shortened(choice, _LONGEST_SHOWN) if choice else repr(choice)
        raise DataError([Fault(f"cohort {shown}", message)])
    if number:
        message = f"has no {ENSEMBLE}, so {SEPARATOR}{number} names no cohort of it"
        raise DataError([Fault(str(place), message)])
    if not (place / DESCRIPTOR).is_file():
        message = f"has neither the {DESCRIPTOR} of a trial nor the {ENSEMBLE} of cohorts"
        raise DataError([Fault(f"cohort {choice}", message)])
    trial = Trial.read(place, DESCRIPTION)
    return PatientLevelData(trial, f"folder {place.resolve().name}", drawn=False)


def split_choice(choice: str) -> tuple[Path, str]:
    """Split the folder or file of a choice from the number of a cohort after it.

    Examples
    --------
    >>> place, number = split_choice("my-cohorts#3")
    >>> place.name, number
    ('my-cohorts', '3')
    >>> split_choice("my-trial")[1]
    ''
    """
    whole = _at_home(Path(choice))
    place, separator, number = choice.rpartition(SEPARATOR)
    # The name of a folder can hold the separator itself.
    if not separator or whole.exists():
        return whole, ""
    return _at_home(Path(place)), number


def _at_home(place: Path) -> Path:
    """Return a path with ``~`` filled in, which no shell does in a notebook, nor some after "="."""
    if place.exists():
        return place
    try:
        return place.expanduser()
    except RuntimeError:  # nobody of that name
        return place


def _can_exist(place: Path) -> bool:
    """Return whether the system can look for a path: names that are too long are an error of it."""
    try:
        place.stat()
    except OSError as error:
        return error.errno != ENAMETOOLONG
    except ValueError:  # a null character
        return False
    return True


def absolute_choice(choice: str) -> str:
    """Return a choice with the path of its folder or file made absolute.

    Examples
    --------
    >>> absolute_choice("reference"), absolute_choice("17")
    ('reference', '17')
    """
    if choice == REFERENCE or choice.isdecimal():
        return choice
    place, number = split_choice(choice)
    return f"{place.resolve()}{SEPARATOR if number else ''}{number}"


def ensemble_file(place: Path) -> Path | None:
    """Return the file of the ensemble that a folder or path names; None if it names none.

    The folder of a trial is one even if an ensemble lies in it.
    """
    if place.is_file():
        return place
    file = place / ENSEMBLE
    return file if file.is_file() and not (place / DESCRIPTOR).exists() else None


def _from_ensemble(ensemble: Ensemble, number: str, where: str, file: str) -> PatientLevelData:
    """Return a cohort of an ensemble by its number as a reader wrote it; `file` is for faults."""
    known = number.isdecimal() and len(number) <= _MOST_DIGITS
    if not known or int(number) >= len(ensemble):
        message = f"cohort must be 0 to {len(ensemble) - 1}, got {shortened(number, _MOST_DIGITS)}"
        raise DataError([Fault(file, message)])
    try:
        tables = ensemble.tables(int(number))
    except (LookupError, ValueError) as error:
        message = f"cohort {number} is damaged: {' '.join(str(error).split())}"
        raise DataError([Fault(file, message)]) from None
    patients, visits, treatments, events = (tables[table] for table in TABLES)
    trial = Trial(patients, visits, treatments, events, DESCRIPTION, mmt_max=ensemble.mmt_max)
    return PatientLevelData(trial, f"cohort {int(number)} of {where}", drawn=True)
