# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`benchmark`: our solver against the peers that are installed, in one benchmark_run."""

import dataclasses
import json
import logging
from pathlib import Path

from lab.peers import ALL_PEERS
from lab.protocols.benchmark_settings import Settings
from learned_ik.commands.result import Result
from learned_ik.commands.training_files import check_writable
from learned_ik.files import write_atomically
from learned_ik.resources import shipped_files

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """Measure our solver against the peers that are installed: the same poses, one judge.

    Every answer is checked by Pinocchio's forward kinematics. The networks are those that come
    with the package, and the model files that are named; a robot without one is measured without.
    """

    robots: tuple[str, ...] = Settings.robots
    peers: tuple[str, ...] = tuple(ALL_PEERS)  # those that are not installed are listed as missing
    protocols: tuple[str, ...] = Settings.protocols
    poses: int = Settings.poses  # of each robot; a tenth where each takes long, tenfold in batches
    seed: int = Settings.seed  # of the poses
    budget: float = Settings.budget  # [s], of a solver for a robot and protocol; then no further
    threads: int = Settings.threads  # of a batch
    models: tuple[Path, ...] = ()  # further model files
    recording: Path | None = None  # CSV file of a hand, x,y,z,qx,qy,qz,qw, for `streaming`
    out: Path | None = None  # folder for results.json and the plots
    json: bool = False  # print one JSON object, and nothing else, on standard output

    def run(self, command: str) -> Result:
        """Measure, write what was asked for, and return the table."""
        from lab.protocols import benchmark_run, benchmark_tables

        shipped = tuple(shipped_files('models', '.safetensors'))
        settings = Settings(
            robots=self.robots,
            peers=self.peers,
            protocols=self.protocols,
            models=(*self.models, *shipped),
            poses=self.poses,
            seed=self.seed,
            budget=self.budget,
            threads=self.threads,
            recording=self.recording,
        )
        if self.out is not None:
            check_writable(self.out / 'results.json')
        result = {'command': command, **benchmark_run.run(settings)}
        for name, remedy in benchmark_run.missing(result).items():
            log.warning('missing peer %s: %s', name, remedy)
        if self.out is not None:
            self._write(result)
        return Result(result, benchmark_tables.text(result))

    def _write(self, result: dict) -> None:
        from lab.protocols.benchmark_plots import draw

        content = json.dumps(result, allow_nan=False, indent=1)
        write_atomically(self.out / 'results.json', f'{content}\n'.encode(), 'result')
        for path in draw(result, self.out):
            log.info('wrote %s', path)
