# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`storm`: one node under a flood of messages of every kind, and whether it answers everybody."""

import dataclasses
import logging
from typing import Any

from learned_ik.commands.result import Result

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Storm:
    """Let a node stand in a storm: needs ROS.

    Targets at 1 kHz, obstacles and robot descriptions at 10 Hz, joint states at 50 Hz, another
    model every five seconds; and clients, each of which asks for 50 poses a second, for 50 more at
    once each second, and for a path every two. Exit status 1: somebody was not answered, or the
    node died.
    """

    minutes: float = 15.0
    clients: int = 2  # each a process
    json: bool = False  # print one JSON object, and nothing else, on standard output

    def run(self, command: str) -> Result:
        """Raise the storm, and return the table."""
        from lab.stress import storm_run

        def on_sample(seconds: float, memory: float) -> None:
            log.info('%4.0f s: the node holds %.0f MB', seconds, memory)

        content = {'command': command, **storm_run.run(self.minutes, self.clients, on_sample)}
        lost = sum(content['asked'].values()) - sum(content['answered'].values())
        well = not (lost or content['died'] or content['status'])
        return Result(content, text_of(content), success=well)


def text_of(content: dict[str, Any]) -> str:
    """Return the table."""
    lines = [f'{"":<20}{"asked":>10}{"answered":>10}{"never":>8}{"slowest [s]":>13}']
    weather, memory = content['weather'], content['memory']
    for what, asked in content['asked'].items():
        answered = content['answered'].get(what, 0)
        slowest = content['slowest'].get(what, 0.0)
        lines.append(f'{what:<20}{asked:>10}{answered:>10}{asked - answered:>8}{slowest:>13.2f}')
    models = weather['sent']['models']
    answered = weather['models answered']
    lines.append(f'{"models set":<20}{models:>10}{answered:>10}{models - answered:>8}')
    sent = ', '.join(f'{count} {what}' for what, count in weather['sent'].items())
    lines.append(f'sent: {sent}')
    lines.append(f'commands: {weather["commands"]}, of them not finite {weather["bad commands"]}')
    lines.append(
        f'memory [MB]: {memory["begin"]:.0f} before, {memory["end"]:.0f} after, at most '
        f'{memory["most"]:.0f}; after / before {memory["end"] / memory["begin"]:.2f}'
    )
    died = 'the node died' if content['died'] else 'the node served to the end'
    lines.append(
        f'{died}; SIGTERM ended it with {content["status"]} after '
        f'{content["seconds to end"]:.1f} s'
    )
    return '\n'.join(lines)
