# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Let followers follow the same targets in turns, and judge every command."""

import dataclasses
import gc
from time import perf_counter
from typing import Any

import numpy as np

from lab.peers import Field, assemble_followers
from lab.peers.contract import Task
from lab.peers.followers.follower import Follower, Pace
from lab.protocols.benchmark_settings import Settings
from lab.protocols.call_timing import no_garbage_collection
from lab.protocols.streaming.motions import MOTIONS, Run, runs_of
from lab.protocols.streaming.offline_optimum import best_share
from lab.protocols.streaming.sways import RATE
from lab.robots import Robot
from learned_ik.arrays import Array, Booleans
from learned_ik.rotations import rotation_angle
from learned_ik.solving.solution import Status
from learned_ik.solving.solver import IkSolver

SECONDS = 10.0  # of a run
POSES_A_RUN = 600  # of the settings
NEAR = 1e-3  # [m]
TURNED = np.radians(1.0)  # [rad]
ROUNDING = 1e-6  # of a step
OPTIMUM = 'best of many starts, looking ahead'
FLIP = 0.2  # [rad or m], of one joint in one frame


@dataclasses.dataclass
class Followed:
    """What a follower did in one run of n frames."""

    joints: Array  # (n + 1, joints) [rad or m]: where it began, and where the arm is then
    silent: Booleans  # (n,), where it held
    times: Array  # (n,) [s], of each command


@dataclasses.dataclass
class Verdict:
    """What the judge says of one run of n frames."""

    position: Array  # (n,) [m], how far the tip is from its target
    orientation: Array  # (n,) [rad], likewise
    inside: Booleans  # (n,), whether the joints keep their limits

    @property
    def near(self) -> Booleans:
        """(n,), within 1 mm and 1 degree of the target and within the limits."""
        return (self.position < NEAR) & (self.orientation < TURNED) & self.inside


def streaming(robot: Robot, _: Field, __: Task, settings: Settings) -> dict[str, Any]:
    """Lead the tip along each motion, a run for every 600 poses, two at least."""
    pace = Pace(robot.chain, period=1 / RATE)
    field = assemble_followers(pace, robot.model, settings.peers)
    solver = IkSolver(robot.model or robot.chain)
    count = max(settings.poses // POSES_A_RUN, 2)
    motions = [*MOTIONS, *(['recorded'] if settings.recording else [])]
    budget = settings.budget / len(motions)
    rows = []
    for motion in motions:
        runs = runs_of(motion, robot, count, SECONDS, settings.recording)
        rows += motion_rows(robot, solver, field, pace, runs, budget, motion)
    return {'rows': rows, 'absent': field.absent, 'runs': count, 'seconds': SECONDS}


def motion_rows(
    robot: Robot, solver: IkSolver, field: Field, pace: Pace, runs: list[Run],
    budget: float, motion: str,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return a row for each follower and one for the optimum."""
    done: dict[str, list[Followed]] = {name: [] for name in field.solvers}
    for run in runs:
        for name, follower in field.solvers.items():
            left = budget - sum(one.times.sum() for one in done[name])
            if left > 0:
                done[name].append(followed(follower, run, left))
    judged = {
        name: [judged_run(robot, *pair) for pair in zip(runs, tries, strict=False)]
        for name, tries in done.items()
    }
    reachable = [reached_by_solving(solver, run) for run in runs]
    for verdicts in judged.values():  # what anybody reaches can be reached
        for can, verdict in zip(reachable, verdicts, strict=False):
            can[: len(verdict.near)] |= verdict.near
    best = [best_share(solver, pace, run, can) for run, can in zip(runs, reachable, strict=True)]
    rows = []
    for name, tries in done.items():
        about = {'motion': motion, 'name': name, 'label': field.solvers[name].label}
        about['setting'] = field.solvers[name].setting
        rows.append(about | row_of(tries, judged[name], reachable, pace))
        for k, (one, verdict) in enumerate(zip(tries, judged[name], strict=True)):
            whole = len(one.times) == len(runs[k])
            fastest = np.abs(np.diff(one.joints, axis=0)).max()
            if whole and fastest <= (1 + ROUNDING) * pace.step:
                best[k] = max(best[k], share(verdict.near, reachable[k]))
    weights = np.array([can.sum() for can in reachable])
    near = float(np.average(best, weights=weights)) if weights.any() else None
    rows.append({'motion': motion, 'name': 'optimum', 'label': OPTIMUM, 'near': near})
    return rows


def followed(follower: Follower, run: Run, budget: float = np.inf) -> Followed:
    """Let a follower follow one run, or as much of it as it does in its time [s].

    The garbage collector waits.
    """
    pairs = zip(run.poses.positions, run.poses.rotations, strict=True)
    targets = [follower.target(*pair) for pair in pairs]
    last = follower.start(run.start, targets[0])
    follower.command(targets[0])  # not counted: what is cold at first
    last = follower.start(run.start, targets[0])
    joints, silent, times = [np.array(last)], [], []
    with no_garbage_collection():
        for target in targets:
            began = perf_counter()
            q = follower.command(target)
            times.append(perf_counter() - began)
            silent.append(q is None)
            joints.append(joints[-1] if q is None else np.array(q))
            budget -= times[-1]
            if budget < 0:
                break
    gc.collect()
    return Followed(np.array(joints), np.array(silent), np.array(times))


def judged_run(robot: Robot, run: Run, tried: Followed) -> Verdict:
    """Return what the judge says of each frame of a run."""
    joints = tried.joints[1:]
    reached, wanted = robot.judge.poses(joints), run.poses[: len(joints)]
    position = np.linalg.norm(reached.positions - wanted.positions, axis=-1)
    orientation = rotation_angle(reached.rotations, wanted.rotations)
    return Verdict(position, orientation, robot.judge.within_limits(joints))


def share(near: Booleans, reachable: Booleans) -> float:
    """Return how much of the frames that can be reached is near."""
    return float(near[reachable].mean()) if reachable.any() else 0.0


def reached_by_solving(solver: IkSolver, run: Run) -> Booleans:
    """Return (n,), for which poses some joint positions are found, wherever."""
    batch = solver.solve_batch(
        run.poses.positions, run.poses.quaternions,
        position_tolerance=NEAR, orientation_tolerance=TURNED,
    )  # fmt: skip
    return np.asarray(batch.status) == Status.SUCCESS


def row_of(
    tries: list[Followed], verdicts: list[Verdict], reachable: list[Booleans], pace: Pace
) -> dict[str, Any]:
    """Return a row: errors and what is near are of the frames that can be reached."""
    pairs = zip(reachable, tries, strict=False)
    can = np.concatenate([of_run[: len(one.times)] for of_run, one in pairs])
    position = 1e3 * np.concatenate([verdict.position for verdict in verdicts])[can]
    orientation = np.degrees(np.concatenate([verdict.orientation for verdict in verdicts])[can])
    near = np.concatenate([verdict.near for verdict in verdicts])
    inside = np.concatenate([verdict.inside for verdict in verdicts])
    steps = [np.diff(one.joints, axis=0) for one in tries]
    changes = np.concatenate([np.diff(step, axis=0) for step in steps])
    median, p99 = 1e6 * np.quantile(np.concatenate([one.times for one in tries]), [0.5, 0.99])
    return {
        'runs': len(tries),
        'frames': len(can),
        'flipped': sum(bool((np.abs(step) > FLIP).any()) for step in steps),
        'silent': float(np.mean(np.concatenate([one.silent for one in tries]))),
        'outside': float(np.mean(~inside)),
        'near': share(near, can) if can.any() else None,
        'mean_mm': float(position.mean()) if can.any() else None,
        'p95_mm': float(np.quantile(position, 0.95)) if can.any() else None,
        'mean_deg': float(orientation.mean()) if can.any() else None,
        'p95_deg': float(np.quantile(orientation, 0.95)) if can.any() else None,
        'speed': float(np.abs(np.concatenate(steps)).max() / pace.step),  # of what is allowed
        # [rad/s² or m/s²]
        'acceleration': float(np.abs(changes).max(initial=0.0) / pace.period**2),
        'median': float(median),
        'p99': float(p99),
        'reachable': float(can.mean()),
    }
