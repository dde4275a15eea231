"""Patient-level data of a trial: description, reading and checking, analysis and tables.

`TrialDescription` says what a trial measured and recorded. `Trial.read` reads and checks a data
package by it, `analyse` scores its visits, and `tisstats.trial.summaries` has its tables. `Courses`
are what endpoints are derived from: `evaluate` a response, `time_to_first_response`. Of a study
whose description names the endpoint, `StudyData.read` has the rows and `evaluate_study` the result.
"""

from tisstats.trial import summaries
from tisstats.trial.analysis import Analysis
from tisstats.trial.courses import Courses, confirmed_deterioration
from tisstats.trial.description import (
    TABLES,
    AnalysisOptions,
    Characteristic,
    StudyTreatment,
    TrialDescription,
    data_package_template,
)
from tisstats.trial.endpoint_definition import Endpoint
from tisstats.trial.endpoints import EndpointResult, evaluate
from tisstats.trial.planned_courses import planned_arm_from_courses
from tisstats.trial.response_times import ResponseTimes, time_to_first_response
from tisstats.trial.scoring import analyse, analyse_many
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import evaluate_study
from tisstats.trial.trial import Trial

__all__ = [
    "TABLES",
    "Analysis",
    "AnalysisOptions",
    "Characteristic",
    "Courses",
    "Endpoint",
    "EndpointResult",
    "ResponseTimes",
    "Study",
    "StudyData",
    "StudyTreatment",
    "Trial",
    "TrialDescription",
    "analyse",
    "analyse_many",
    "confirmed_deterioration",
    "data_package_template",
    "evaluate",
    "evaluate_study",
    "planned_arm_from_courses",
    "summaries",
    "time_to_first_response",
]
