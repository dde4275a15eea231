"""Evaluate a folder of published facts: every claim in it gets a verdict from the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from operator import gt, lt
from pathlib import Path
from types import MappingProxyType

from tisstats.errors import DataError, Fault
from tisstats.ledger import consistency, recompute, words
from tisstats.ledger.claim import (
    Claim,
    ClaimInputs,
    Evaluation,
    Finding,
    ValueGrid,
    Verdict,
)
from tisstats.ledger.numbers import Numbers
from tisstats.ledger.published import PublishedFacts
from tisstats.ledger.relations import Derivation, Relations
from tisstats.printed import matches_print
from tisstats.statistics.quantiles import Definition, parse_definition


@dataclass(frozen=True, slots=True)
class Method:
    """How claims of one kind are evaluated."""

    find: Callable[[ClaimInputs], Finding]  #: finds what follows, or can be checked
    operands: tuple[str, ...] = ()  #: roles that a result rests on, so that claims must print them
    accepts_words: bool = False  #: whether a claim may print a word in place of a number


_INTERVAL = ("successes", "trials", "level")
_PLAN = ("trials", "proportion", "level")
_COMPARED = ("count", "of", "than_count", "than_of")

#: Methods that suit any folder of published facts, by the name that a claim gives.
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "fact": Method(consistency.fact),
        "at-most": Method(consistency.at_most),
        "between": Method(consistency.between),
        "p-value": Method(consistency.p_value),
        "quartile": Method(consistency.quartile),
        "change-quartile": Method(partial(consistency.quartile, of_change=True)),
        "percentage": Method(recompute.percentage, ("count", "of")),
        "interval-low": Method(partial(recompute.interval_limit, limit="low"), _INTERVAL),
        "interval-high": Method(partial(recompute.interval_limit, limit="high"), _INTERVAL),
        "planned-low": Method(partial(recompute.planned, part="low"), _PLAN),
        "planned-high": Method(partial(recompute.planned, part="high"), _PLAN),
        "planned-width": Method(partial(recompute.planned, part="width"), _PLAN),
        "none-significant": Method(words.none_significant, ("p", "level")),
        "majority": Method(words.majority, ("count", "of"), accepts_words=True),
        "higher": Method(partial(words.compare, holds=gt), _COMPARED, accepts_words=True),
        "lower": Method(partial(words.compare, holds=lt), _COMPARED, accepts_words=True),
        "nearly-half": Method(words.nearly_half, accepts_words=True),
        "all-of": Method(words.all_of, accepts_words=True),
        "word": Method(words.word, accepts_words=True),
    }
)


@dataclass(frozen=True, slots=True)
class AttainedNumbers:
    """Numbers that given patient-level data reproduce jointly, and what that shows."""

    addresses: frozenset[str] = frozenset()  #: where the numbers stand
    remark: str = ""  #: what the ledger notes of such a number

    def includes(self, inputs: ClaimInputs) -> bool:
        """Return whether a claim prints one of these numbers, or what such a number shows.

        A number without an address of its own, such as the week of a response, names as ``shown``
        the number that stands for it: how many responded in that week.
        """
        named = (inputs.claim.id, *inputs.addresses("fact"), *inputs.addresses("shown"))
        return not self.addresses.isdisjoint(named)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger(Mapping[str, Evaluation]):
    """Every claim of a folder with its verdict, by the id of the claim, in the file's order."""

    published: PublishedFacts  #: the facts that it was evaluated from
    relations: Relations  #: sums and percentages among the printed numbers
    _evaluations: Mapping[str, Evaluation]

    def __getitem__(self, claim: str) -> Evaluation:
        return self._evaluations[claim]

    def __iter__(self) -> Iterator[str]:
        return iter(self._evaluations)

    def __len__(self) -> int:
        return len(self._evaluations)

    @property
    def numbers(self) -> Numbers:
        """Which claims print the same number."""
        return self.relations.numbers

    def with_verdict(self, verdict: str) -> list[Evaluation]:
        """Return the evaluations with one verdict, or with any if it is ``all``.

        Raises
        ------
        ValueError
            If there is no such verdict.
        """
        if verdict == "all":
            return list(self.values())
        if verdict not in list(Verdict):
            raise ValueError(f"verdict is {verdict!r}; give all, {', '.join(Verdict)}")
        return [item for item in self.values() if item.verdict == verdict]


def evaluate(
    published: PublishedFacts,
    *,
    methods: Mapping[str, Method] | None = None,
    measures: Mapping[str, ValueGrid] | None = None,
    attained: AttainedNumbers | None = None,
    quantile_definition: Definition | None = None,
) -> Ledger:
    """Evaluate every claim of a folder of published facts.

    Parameters
    ----------
    published
        The published facts, the claims among them.
    methods
        Methods that the folder's claims name besides the general ones, `METHODS`.
    measures
        How the values of each measure are recorded, for claims about quartiles; a claim may state
        it by its inputs ``low``, ``high`` and ``step`` instead.
    attained
        Numbers that patient-level data at hand are known to give.
    quantile_definition
        How quartiles are taken to have been computed, see `tisstats.statistics.quantiles`; R's
        types may come as text, "1" to "9". Without it each claim names a ``definition``.

    Raises
    ------
    ValueError
        If there is no such definition of quartiles.
    DataError
        If claims name methods or inputs that do not exist, or sums that certify nothing; carries
        every fault.
    """
    relations = read_relations(published)
    if quantile_definition is not None:
        quantile_definition = parse_definition(quantile_definition, "quantile_definition")
    evaluations, faults = {}, []
    for row, claim in enumerate(read_claims(published), start=2):
        try:
            other_places = relations.numbers.other_places(claim)
            inputs = ClaimInputs(
                claim, published, other_places, measures or {}, quantile_definition
            )
            evaluations[claim.id] = _evaluate(
                inputs, {**METHODS, **(methods or {})}, relations, attained or AttainedNumbers()
            )
        except (ValueError, KeyError, ArithmeticError) as error:
            file = str(published.directory / "claims.csv")
            faults.append(Fault(file, f"claim {claim.id}: {_reason(error)}", row=row))
    if faults:
        raise DataError(faults)
    return Ledger(published, relations, evaluations)


def read_claims(published: PublishedFacts) -> list[Claim]:
    """Return the claims in the order of the file.

    Raises
    ------
    DataError
        If the folder has no file of claims, or one with other columns.
    """
    file, columns = str(published.directory / "claims.csv"), [each.name for each in fields(Claim)]
    if "claims" not in published.tables:
        raise DataError([Fault(file, "missing; a ledger needs the claims of an article")])
    table = published.tables["claims"]
    if lacking := [name for name in columns if name not in table]:
        raise DataError([Fault(file, f"lacks the columns {', '.join(lacking)}", row=1)])
    return [Claim(*row) for row in table[columns].itertuples(index=False, name=None)]


def read_relations(published: PublishedFacts) -> Relations:
    """Return the relations among the numbers that the claims print.

    Raises
    ------
    DataError
        If a sum certifies nothing; carries every fault.
    """
    claims = read_claims(published)
    return Relations.read(published, claims, Numbers.of_claims(claims, published))


def _reason(error: Exception) -> str:
    """Return in one line why a claim cannot be evaluated."""
    if isinstance(error, DataError):
        return "; ".join(f"{Path(fault.file).name} {fault.message}" for fault in error.faults)
    return "; ".join(str(error.args[0] if error.args else error).splitlines())


def _evaluate(
    inputs: ClaimInputs,
    methods: Mapping[str, Method],
    relations: Relations,
    attained: AttainedNumbers,
) -> Evaluation:
    claim, numbers = inputs.claim, relations.numbers
    if claim.method not in methods:
        raise ValueError(f"unknown method {claim.method!r}; known are {', '.join(methods)}")
    method = methods[claim.method]
    if not method.accepts_words:
        _ = claim.number  # raises where no number is printed
    _check_roles(inputs, method.operands, numbers)
    finding = method.find(inputs)
    finding = replace(finding, checks=(*finding.checks, *consistency.compare_with_own_cell(inputs)))
    first = numbers.first(claim)
    checked_by = [f"{claim.method}:{first}"] if finding.follows else []
    if derivations := relations.derivations(claim):
        finding = _with_derivations(finding, derivations, claim)
        checked_by += [derivation.name for derivation in derivations]
    # The number of a patient is a label: that patients can be labelled so shows nothing.
    is_name = claim.kind == "identifier"
    if not finding.follows and not is_name and attained.includes(inputs):
        finding = replace(finding, attained=attained.remark)
    return Evaluation(claim, finding, "" if first == claim.id else first, tuple(checked_by))


def _check_roles(inputs: ClaimInputs, operands: tuple[str, ...], numbers: Numbers) -> None:
    """Refuse malformed inputs, and operands that are not printed or are the claim's own number."""
    own = numbers.number_of_claim(inputs.claim)
    for item, (role, address) in zip(inputs.claim.inputs.split(), inputs.claim.roles, strict=True):
        if not (role and address):
            raise ValueError(f"input {item!r} is not of the form role=address")
        if role in operands:
            if not numbers.is_printed(address):
                raise ValueError(
                    f"{role}={address} is printed by no claim, so it certifies nothing"
                )
            if numbers.of(address) == own:
                raise ValueError(f"{role}={address} is the number of the claim itself")


def _with_derivations(finding: Finding, derivations: list[Derivation], claim: Claim) -> Finding:
    """Add what follows from other printed numbers; a derivation that disagrees takes precedence.

    Where sums give the count, a percentage that disagrees with it is taken to be wrong itself.
    """
    deciding = [each for each in derivations if not each.is_from_percentage] or derivations
    agreeing = [each for each in derivations if matches_print(each.value, claim.number)]
    disagreeing = [each for each in deciding if each not in agreeing]
    value = finding.value if finding.value is not None else (disagreeing or deciding)[0].value
    texts = [each.text for each in derivations if each in deciding or each in agreeing]
    return replace(finding, value=value, remarks=(*finding.remarks, "; also ".join(texts)))
