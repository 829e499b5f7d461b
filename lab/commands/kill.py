# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`kill`: processes that end at a random moment, and what they leave behind."""

import dataclasses
import logging
from typing import Any

from learned_ik.commands.result import Result

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Kill:
    """End processes by SIGKILL, SIGTERM and SIGINT while they save, train and start.

    Files have to be whole or not there, what is temporary has to be gone after the next start, and
    a node has to end with status 0 within two seconds. Exit status 1: one of that is not so.
    """

    times: int = 50  # in all
    seed: int = 0  # of the moments
    json: bool = False  # print one JSON object, and nothing else, on standard output

    def run(self, command: str) -> Result:
        """Kill, and return the table."""
        from lab.stress import kill_run

        def on_kill(what: str, how: str, tally: Any) -> None:
            log.info('%s while %s: %s', how, what, tally)

        tallies = kill_run.run(self.times, self.seed, on_kill)
        rows = [
            {'while': what, 'by': how, **dataclasses.asdict(tally)}
            for (what, how), tally in sorted(tallies.items())
        ]
        counted = 'wrong_status', 'late', 'broken', 'left'
        well = not any(row[name] for row in rows for name in counted)
        return Result({'command': command, 'rows': rows}, text_of(rows), success=well)


def text_of(rows: list[dict[str, Any]]) -> str:
    """Return the table."""
    lines = [
        f'{"while":<10}{"by":<9}{"times":>7}{"status not 0":>14}{"over 2 s":>10}'
        f'{"files broken":>14}{"files left":>12}{"slowest [s]":>13}'
    ]
    lines += [
        f'{row["while"]:<10}{row["by"]:<9}{row["times"]:>7}{row["wrong_status"]:>14}'
        f'{row["late"]:>10}{row["broken"]:>14}{row["left"]:>12}{row["slowest"]:>13.2f}'
        for row in rows
    ]
    return '\n'.join([*lines, 'status and two seconds: of nodes alone, by SIGTERM and SIGINT'])
