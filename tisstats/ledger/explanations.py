"""What the notes of several numbers have in common, said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from tisstats.ledger.claim import Evaluation

#: Up to this many characters a sentence is repeated: a reference to it would be no shorter.
SHORT = 24


@dataclass(frozen=True, slots=True)
class Explanations:
    """The notes of a ledger without repetitions."""

    shared: tuple[str, ...]  #: sentences of several numbers, the commonest first
    own: Mapping[str, tuple[str, ...]]  #: the other sentences, by claim
    references: Mapping[str, tuple[int, ...]]  #: positions in ``shared``, by claim
    shared_first: Set[str]  #: claims whose note begins with a shared sentence

    @classmethod
    def of(cls, evaluations: Iterable[Evaluation]) -> Explanations:
        """Separate what several notes say from what only one says.

        A claim that repeats a number does not repeat what the first one says about it.
        """
        items = {item.claim.id: item for item in evaluations}
        sentences = {
            name: tuple(
                each
                for each in dict.fromkeys(item.statements)
                if item.repeats not in items or each not in items[item.repeats].statements
            )
            for name, item in items.items()
        }
        counted = Counter(each for found in sentences.values() for each in found)
        shared = [each for each, n in counted.most_common() if n > 1 and len(each) > SHORT]
        position = {each: place for place, each in enumerate(shared)}
        return cls(
            tuple(shared),
            {
                name: tuple(each for each in found if each not in position)
                for name, found in sentences.items()
            },
            {
                name: tuple(position[each] for each in found if each in position)
                for name, found in sentences.items()
            },
            {name for name, found in sentences.items() if found and found[0] in position},
        )
