# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What an experiment comes to: tables, pictures, and claims of the paper that it tests."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from learned_ik.model import IkModel

Cell = str | float | int | None

UPHELD, THEIRS = 'upheld', "upheld by the paper's recipe, not by the default one"
CONTRADICTED, UNDECIDED = 'contradicted', 'undecided'
OUTCOMES = (UPHELD, THEIRS, CONTRADICTED, UNDECIDED)  # of a claim


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows of numbers and words; a number that nobody has is None."""

    caption: str
    columns: tuple[str, ...]  # titles, with units
    rows: tuple[tuple[Cell, ...], ...]


@dataclasses.dataclass(frozen=True)
class Picture:
    """A PNG in the folder of the results."""

    file: str
    caption: str  # what one should see


@dataclasses.dataclass(frozen=True)
class Claim:
    """Something that the paper says, and whether these numbers say so too."""

    statement: str
    section: str  # of the paper
    paper_recipe: bool  # whether it holds for networks trained as in the paper
    default_recipe: bool | None  # for our default recipe; None: it says nothing about that
    numbers: str  # that show it
    settled: bool | None = None  # whether its networks of the paper's recipe had all of its
    # training; None: as the budget says

    def outcome(self, settled: bool) -> str:
        """Return which of `OUTCOMES` these numbers come to.

        Args:
            settled: whether the budget is all of the paper's training; before that, networks of
                its recipe alone do not contradict the paper.

        """
        settled = settled if self.settled is None else self.settled
        if self.paper_recipe:
            return THEIRS if self.default_recipe is False else UPHELD
        return CONTRADICTED if settled or self.default_recipe is False else UNDECIDED


@dataclasses.dataclass(frozen=True)
class Report:
    """All that one experiment shows."""

    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...] = ()
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()  # where the paper leaves open what was done, and what we chose

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings and lists, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> 'Report':
        """Return what `to_dict` described."""
        return cls(
            tuple(
                Table(t['caption'], tuple(t['columns']), tuple(map(tuple, t['rows'])))
                for t in fields['tables']
            ),
            tuple(Picture(**picture) for picture in fields['pictures']),
            tuple(Claim(**claim) for claim in fields['claims']),
            tuple(fields['notes']),
        )


def network_row(name: str, model: IkModel) -> dict[str, Any]:
    """Return what a network cost, and its errors on the test set."""
    training = model.training
    return {
        'name': name,
        'joints': model.chain.joint_count,
        'parameters': model.network.parameter_count,
        'samples': training['samples'],
        'processor_seconds': training['processor_seconds'],
        'held_out': dict(model.held_out),
    }
