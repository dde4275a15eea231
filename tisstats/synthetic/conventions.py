"""What a reconstruction takes for granted that is no parameter, each with its reason."""

from __future__ import annotations

#: Name, what it is about, what is taken, and why; others contradict the print or are not drawn.
CONVENTIONS: tuple[tuple[str, str, str, str], ...] = (
    (
        "end",
        "What the end is",
        "the last assessment, a premature end included",
        "with completers alone, all 12 with both values in whole points, and quartiles by "
        "HAVERAGE, no changes with the printed quartiles have the printed P value of swallowing, "
        "asymptotic or exact; with quartiles of type 1, 3 or 4 they can",
    ),
    (
        "quartiles",
        "Rule of quartiles",
        "SPSS, HAVERAGE",
        "the software named; with ages in whole years the rule of numpy needs a patient younger "
        "than the study admitted",
    ),
    (
        "signed rank",
        "Form of the signed-rank test",
        "SPSS: zeros dropped, ties corrected, asymptotic, no continuity correction",
        "the software named; whether P was exact is not told",
    ),
    ("change", "What a change is", "end minus baseline", "as the signs of the printed changes"),
    (
        "psoas",
        "The missing value of the psoas",
        "the patient without a baseline has no value at any visit",
        "then 18 pairs give baseline, end and change alike",
    ),
    (
        "patient left out",
        "The patient left out of the analysis",
        "has no measures, treatments or events",
        "no value of this patient is published; only sex, the ceiling, his recovery and, by "
        "subtraction, DM",
    ),
    (
        "rescue_in_nonresponders",
        "Who had rescue medication",
        "only patients who had never reached 40 points",
        "inference: they stopped for insufficient response; that none had reached 40 points "
        "before is not said",
    ),
)
