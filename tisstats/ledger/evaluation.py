"""Evaluate the claims of a folder of published facts: each gets a verdict from the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from operator import gt, lt
from pathlib import Path
from types import MappingProxyType

from tisstats.errors import DataError, Fault
from tisstats.ledger import consistency, recompute, verbal_claims
from tisstats.ledger.claim import (
    Claim,
    ClaimInputs,
    Evaluation,
    Finding,
    ValueGrid,
    Verdict,
)
from tisstats.ledger.numbers import DistinctNumbers
from tisstats.ledger.published import PublishedFacts
from tisstats.ledger.relations import Derivation, Relations
from tisstats.printed import matches_print
from tisstats.statistics.quantiles import QuantileDefinition, parse_definition


@dataclass(frozen=True, slots=True)
class Method:
    """How claims of one kind are evaluated."""

    evaluate: Callable[[ClaimInputs], Finding]  #: returns what follows, or was checked
    operand_roles: tuple[str, ...] = ()  #: roles whose numbers must be printed
    accepts_words: bool = False  #: whether a claim may print a word in place of a number


_INTERVAL = ("successes", "trials", "level")
_PLAN = ("trials", "proportion", "level")
_COMPARED = ("count", "of", "than_count", "than_of")

#: Methods for any folder of published facts, by the name used in claims.
CLAIM_METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "fact": Method(consistency.check_fact),
        "at-most": Method(consistency.check_at_most),
        "between": Method(consistency.check_between),
        "p-value": Method(consistency.check_p_value),
        "quartile": Method(consistency.check_quartile),
        "change-quartile": Method(partial(consistency.check_quartile, of_change=True)),
        "percentage": Method(recompute.percentage, ("count", "of")),
        "interval-low": Method(partial(recompute.interval_limit, limit="low"), _INTERVAL),
        "interval-high": Method(partial(recompute.interval_limit, limit="high"), _INTERVAL),
        "planned-low": Method(partial(recompute.planned, part="low"), _PLAN),
        "planned-high": Method(partial(recompute.planned, part="high"), _PLAN),
        "planned-width": Method(partial(recompute.planned, part="width"), _PLAN),
        "none-significant": Method(verbal_claims.none_significant, ("p", "level")),
        "majority": Method(verbal_claims.majority, ("count", "of"), accepts_words=True),
        "higher": Method(partial(verbal_claims.compare, holds=gt), _COMPARED, accepts_words=True),
        "lower": Method(partial(verbal_claims.compare, holds=lt), _COMPARED, accepts_words=True),
        "nearly-half": Method(verbal_claims.nearly_half, accepts_words=True),
        "all-of": Method(verbal_claims.all_of, accepts_words=True),
        "unquantified": Method(verbal_claims.unquantified, accepts_words=True),
    }
)


@dataclass(frozen=True, slots=True)
class AttainedNumbers:
    """Numbers that given patient-level data reproduce jointly."""

    addresses: frozenset[str] = frozenset()  #: addresses of the numbers
    remark: str = ""  #: note of the ledger on such a number
    free: frozenset[str] = frozenset()  #: addresses of numbers of which data show nothing
    free_remark: str = ""  #: note of the ledger on such a number

    def covers(self, inputs: ClaimInputs) -> bool:
        """Return whether a claim prints one of these numbers, or one that such a number implies.

        A claim without a number of its own among them, such as the week of a response, names as
        ``shown`` the number that implies it: how many responded in that week.
        """
        return not self.addresses.isdisjoint(_named(inputs))

    def leaves_free(self, inputs: ClaimInputs) -> bool:
        """Return whether a claim prints a number that data could have at any other value."""
        return not self.free.isdisjoint(_named(inputs))


def _named(inputs: ClaimInputs) -> tuple[str, ...]:
    """Return the addresses under which patient-level data may have the number of a claim."""
    return (inputs.claim.id, *inputs.addresses("fact"), *inputs.addresses("shown"))


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
    def numbers(self) -> DistinctNumbers:
        """Which claims print the same number."""
        return self.relations.numbers

    def with_verdict(self, verdict: str) -> list[Evaluation]:
        """Return the evaluations with one verdict, or with any if it is ``all``.

        Raises
        ------
        ValueError
            If it is neither "all" nor one of `Verdict`.
        """
        if verdict == "all":
            return list(self.values())
        if verdict not in list(Verdict):
            raise ValueError(f"verdict must be one of all, {', '.join(Verdict)}, got {verdict!r}")
        return [item for item in self.values() if item.verdict == verdict]


def evaluate(
    published: PublishedFacts,
    *,
    methods: Mapping[str, Method] | None = None,
    measures: Mapping[str, ValueGrid] | None = None,
    attained: AttainedNumbers | None = None,
    quantile_definition: QuantileDefinition | None = None,
) -> Ledger:
    """Evaluate every claim of a folder of published facts.

    Parameters
    ----------
    published
        The published facts, the claims among them.
    methods
        Methods that the folder's claims use in addition to the general ones, `CLAIM_METHODS`.
    measures
        Value grid of each measure, for claims about quartiles; a claim may state it by its inputs
        ``low``, ``high`` and ``step`` instead.
    attained
        Numbers that available patient-level data are known to reproduce.
    quantile_definition
        Definition by which the printed quartiles are taken to have been computed, see
        `tisstats.statistics.quantiles`; R's types may come as text, "1" to "9". Without it each
        claim names a ``definition``.

    Raises
    ------
    ValueError
        If there is no such definition of quartiles.
    DataError
        If claims name unknown methods or inputs, or sums contain unprinted numbers; lists every
        fault.
    """
    relations = read_relations(published)
    if quantile_definition is not None:
        quantile_definition = parse_definition(quantile_definition, "quantile_definition")
    evaluations, faults = {}, []
    for row, claim in enumerate(read_claims(published), start=2):
        try:
            other_places = relations.numbers.other_places(claim)
            evaluations[claim.id] = _evaluate(
                ClaimInputs(claim, published, other_places, measures or {}, quantile_definition),
                {**CLAIM_METHODS, **(methods or {})},
                relations,
                attained or AttainedNumbers(),
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
        If the folder has no claims file, or the file lacks columns.
    """
    file, columns = str(published.directory / "claims.csv"), [each.name for each in fields(Claim)]
    if "claims" not in published.tables:
        raise DataError([Fault(file, "missing; the ledger needs a claims file")])
    table = published.tables["claims"]
    if lacking := [name for name in columns if name not in table]:
        raise DataError([Fault(file, f"lacks the columns {', '.join(lacking)}", row=1)])
    return [Claim(*row) for row in table[columns].itertuples(index=False, name=None)]


def read_relations(published: PublishedFacts) -> Relations:
    """Return the relations among the numbers that the claims print.

    Raises
    ------
    DataError
        If a sum is malformed or contains unprinted numbers; lists every fault.
    """
    claims = read_claims(published)
    return Relations.read(published, claims, DistinctNumbers.of_claims(claims, published))


def _reason(error: Exception) -> str:
    """Return on one line why a claim cannot be evaluated."""
    if isinstance(error, DataError):
        return "; ".join(f"{Path(fault.file).name} {fault.message}" for fault in error.faults)
    if isinstance(error, ZeroDivisionError):
        return "a proportion of a group of 0 patients does not exist"
    return "; ".join(str(error.args[0] if error.args else error).splitlines())


def _evaluate(
    inputs: ClaimInputs,
    methods: Mapping[str, Method],
    relations: Relations,
    attained: AttainedNumbers,
) -> Evaluation:
    claim, numbers = inputs.claim, relations.numbers
    if claim.method not in methods:
        raise ValueError(f"method must be one of {', '.join(methods)}, got {claim.method!r}")
    method = methods[claim.method]
    if not method.accepts_words:
        _ = claim.number  # raises where no number is printed
    _check_roles(inputs, method.operand_roles, numbers)
    finding = method.evaluate(inputs)
    finding = replace(finding, checks=(*finding.checks, *consistency.compare_with_own_cell(inputs)))
    first = numbers.first_claim(claim)
    checked_by = [f"{claim.method}:{first}"] if finding.follows else []
    if derivations := relations.derivations(claim):
        finding = _with_derivations(finding, derivations, claim)
        checked_by += [derivation.name for derivation in derivations]
    # A patient number is a label: attaining it would show nothing.
    if not finding.follows and claim.kind != "identifier":
        if attained.leaves_free(inputs):
            finding = replace(finding, remarks=(*finding.remarks, attained.free_remark))
        elif attained.covers(inputs):
            finding = replace(finding, attained_by=attained.remark)
    return Evaluation(claim, finding, "" if first == claim.id else first, tuple(checked_by))


def _check_roles(inputs: ClaimInputs, operands: tuple[str, ...], numbers: DistinctNumbers) -> None:
    """Raise for malformed inputs and operands that are unprinted or the claim's own number."""
    own = numbers.number_of_claim(inputs.claim)
    for item, (role, address) in zip(
        inputs.claim.inputs.split(), inputs.claim.input_roles, strict=True
    ):
        if not (role and address):
            raise ValueError(f"input {item!r} is not of the form role=address")
        if role in operands:
            if not numbers.is_printed(address):
                raise ValueError(f"{role}={address} is not printed by any claim")
            if numbers.number_at(address) == own:
                raise ValueError(f"{role}={address} is the claim's own number")


def _with_derivations(finding: Finding, derivations: list[Derivation], claim: Claim) -> Finding:
    """Add what follows from other printed numbers; a derivation that disagrees takes precedence.

    Where sums yield the count, a percentage that disagrees is taken to be the wrong number.
    """
    deciding = [each for each in derivations if not each.is_from_percentage] or derivations
    agreeing = [each for each in derivations if matches_print(each.value, claim.number)]
    disagreeing = [each for each in deciding if each not in agreeing]
    value = finding.value if finding.value is not None else (disagreeing or deciding)[0].value
    texts = [each.text for each in derivations if each in deciding or each in agreeing]
    return replace(finding, value=value, remarks=(*finding.remarks, "; also ".join(texts)))
