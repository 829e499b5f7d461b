# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`fuzz`: hostile requests by the million, every success judged by Pinocchio."""

import collections
import dataclasses
import logging
from typing import Any

from learned_ik.commands.result import Result

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Fuzz:
    """Ask seventeen arms what nobody should ask, and count what goes wrong.

    Positions, quaternions, seeds, tolerances of any size, NaN, obstacles, and objects of a hundred
    types. The same seed asks the same requests. Exit status 1: something went wrong.
    """

    requests: int = 100_000  # of all robots together
    robots: tuple[str, ...] = ()  # of these; default: all
    seed: int = 0  # of the generator
    jobs: int = 1  # processes at the same time
    json: bool = False  # print one JSON object, and nothing else, on standard output

    def run(self, command: str) -> Result:
        """Ask, and return the table."""
        from lab.fuzzing import fuzz_run

        done = 0

        def on_block(name: str, tally: fuzz_run.Tally) -> None:
            nonlocal done
            done += tally.requests
            log.info('%d of %d requests', done, self.requests)

        tallies = fuzz_run.run(self.robots, self.requests, self.seed, self.jobs, on_block=on_block)
        content = {
            'command': command,
            'robots': {name: tally.to_dict() for name, tally in tallies.items()},
        }
        bad = any(tally.wrong or tally.foreign for tally in tallies.values())
        return Result(content, text_of(tallies), success=not bad)


def text_of(tallies: Any) -> str:
    """Return the table, and an example of each kind of wrong."""
    from lab.fuzzing.fuzz_run import Tally
    from lab.fuzzing.verdicts import FALSE, MISTOLD, NOT_FINITE

    total = Tally()
    head = f'{"robot":<14}{"requests":>10}{"success":>10}{"refused":>10}'
    lines = [f'{head}{"false":>7}{"not finite":>12}{"mistold":>9}{"foreign":>9}{"late":>6}']

    def row(name: str, tally: Tally) -> str:
        wrong = tally.wrong
        return (
            f'{name:<14}{tally.requests:>10}{tally.successes:>10}{tally.refused:>10}'
            f'{wrong[FALSE]:>7}{wrong[NOT_FINITE]:>12}{wrong[MISTOLD]:>9}'
            f'{sum(tally.foreign.values()):>9}{tally.late:>6}'
        )

    for name, tally in tallies.items():
        lines.append(row(name, tally))
        total.add(tally)
    lines.append(row('all', total))
    lines.append(f'latest: {1e3 * total.latest:.1f} ms after its timeout (5 ms are not counted)')
    kinds = collections.Counter(total.wrong) + total.foreign
    for kind, count in kinds.most_common():
        lines.append(f'{count:>7} {kind}')
        lines += [f'        {example[:300]}' for example in total.examples[kind][:1]]
    return '\n'.join(lines)
