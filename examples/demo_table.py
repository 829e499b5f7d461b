# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's judgement: forward kinematics of each answer against the pose that was wanted."""

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from learned_ik import KinematicChain
from learned_ik.rotations import matrix_from_quaternion, rotation_angle

Array = npt.NDArray[np.float64]

POSITION_TOLERANCE = 1e-5  # [m], ten times the node's own: what has to be met to count as solved
ORIENTATION_TOLERANCE = 1e-4  # [rad], a hundred times the node's own


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back for one pose."""

    joints: Array | None  # (joints,) [rad or m]; None: not solved
    round_trip: float  # [s], as the client sees it
    solve_time: float = math.nan  # [s], inside the node; the topic does not tell


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What came back for a row of poses."""

    asked: int
    solved: int  # by forward kinematics, whatever the node says
    position_errors: Array  # (answers,) [m]
    orientation_errors: Array  # (answers,) [rad]
    round_trips: Array  # (asked,) [s]
    solve_times: Array  # (asked,) [s]; NaN where not told


def judge(
    chain: KinematicChain, wanted: tuple[Array, Array], answers: Sequence[Answer]
) -> Judgement:
    """Compare answers with the poses that were wanted.

    Args:
        chain: of the URDF, not of the model.
        wanted: (n, 3) [m] and (n, 4) x y z w.
        answers: n of them.

    """
    answered = np.array([answer.joints is not None for answer in answers])
    joints = [answer.joints for answer in answers if answer.joints is not None]
    R, p = chain.forward_matrix(np.reshape(joints, (-1, chain.joint_count)))
    position_errors = np.linalg.norm(p - wanted[0][answered], axis=-1)
    orientation_errors = rotation_angle(R, matrix_from_quaternion(wanted[1][answered]))
    within = (position_errors < POSITION_TOLERANCE) & (orientation_errors < ORIENTATION_TOLERANCE)
    return Judgement(
        asked=len(answers),
        solved=int(within.sum()),
        position_errors=position_errors,
        orientation_errors=orientation_errors,
        round_trips=np.array([answer.round_trip for answer in answers]),
        solve_times=np.array([answer.solve_time for answer in answers]),
    )


def table(rows: Mapping[str, Judgement]) -> str:
    """Return the judgements as text: one row each, then what counts as solved."""
    lines = [
        _line(
            '', '', 'position error [µm]', 'orient. error [µrad]', 'round trip [ms]', 'solver [µs]'
        ),
        _line(
            '', 'solved', *2 * [_cells('median', 'p99', 'max')], _cells('median', 'p99'), 'median'
        ),
    ]
    for name, row in rows.items():
        lines.append(
            _line(
                name,
                f'{row.solved}/{row.asked}',
                _errors(1e6 * row.position_errors),
                _errors(1e6 * row.orientation_errors),
                _cells(*(f'{t:.2f}' for t in np.percentile(1e3 * row.round_trips, [50, 99]))),
                _time(1e6 * np.median(row.solve_times)),
            )
        )
    lines.append(
        f'\nSolved: within {1e6 * POSITION_TOLERANCE:g} µm and '
        f'{1e6 * ORIENTATION_TOLERANCE:g} µrad by forward kinematics of the URDF.'
    )
    return '\n'.join(lines)


def _line(*texts: str) -> str:
    widths = (19, 8, 23, 23, 15, 12)
    cells = [f'{texts[0]:<{widths[0]}}']
    cells += [f'{text:>{width}}' for text, width in zip(texts[1:], widths[1:], strict=True)]
    return '  '.join(cells).rstrip()


def _cells(*texts: str) -> str:
    return ' '.join(f'{text:>7}' for text in texts)


def _errors(values: Array) -> str:
    if not values.size:
        return _cells('-', '-', '-')
    return _cells(*map(_error, np.percentile(values, [50, 99, 100])))


def _error(value: float) -> str:
    return f'{value:.2f}' if value >= 0.005 else '< 0.01'


def _time(value: float) -> str:
    return '-' if math.isnan(value) else f'{value:.0f}'
