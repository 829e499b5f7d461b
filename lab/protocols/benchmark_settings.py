# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is measured, and how much of it."""

import dataclasses
from pathlib import Path

from lab.peers import ALL_PEERS, check_names
from lab.robots import ROBOTS
from learned_ik.errors import ConfigurationError

PROTOCOLS = ('reachable', 'near', 'paths', 'unreachable', 'batch', 'growth', 'streaming')


@dataclasses.dataclass(frozen=True)
class Settings:
    """The options of a run."""

    robots: tuple[str, ...] = ROBOTS
    peers: tuple[str, ...] = tuple(ALL_PEERS)
    protocols: tuple[str, ...] = PROTOCOLS
    models: tuple[Path, ...] = ()  # model files, among which each robot's is looked for
    poses: int = 10_000  # of a robot; a tenth of it where each takes long, ten times for batches
    seed: int = 0  # of the poses
    budget: float = 60.0  # [s] of a solver for a robot and protocol; the slowest get fewer poses
    threads: int = 2  # of a batch
    recording: Path | None = None  # a CSV file of a hand, which is followed too

    def __post_init__(self) -> None:
        """Refuse what cannot be run, and name what could."""
        check_names(self.peers)
        for what, known in (('robots', ROBOTS), ('protocols', PROTOCOLS)):
            for name in getattr(self, what):
                if name not in known:
                    raise ConfigurationError(
                        f"{what} has '{name}'; expected of: {', '.join(known)}"
                    )
        for what, least in (('poses', 10), ('threads', 1), ('seed', 0)):
            if getattr(self, what) < least:
                raise ConfigurationError(
                    f'{what} is {getattr(self, what)}; expected {least} or more'
                )
        if not self.budget > 0:
            raise ConfigurationError(f'budget is {self.budget}; expected seconds, above 0')

    @property
    def few(self) -> int:
        """A tenth of the poses."""
        return max(self.poses // 10, 10)
