# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A hand's motion from a CSV file: x, y, z, qx, qy, qz, qw, and perhaps t [s] before them."""

import csv
from pathlib import Path

import numpy as np

from learned_ik.arrays import Array
from learned_ik.checks import shortened, shortened_reason
from learned_ik.errors import InvalidInputError
from learned_ik.files import read_within, shown_path
from learned_ik.rotations import normalized_quaternion
from learned_ik.trajectories.hand_motion import HandMotion, checked_rate

TIME = 't'
COLUMNS = ('x', 'y', 'z', 'qx', 'qy', 'qz', 'qw')
LARGEST_FILE = 200_000_000  # bytes: hours of a hand
FARTHEST = 1e6  # of a coordinate, in the recording's own unit
LEAST_LENGTH = 1e-6  # of a quaternion


def read_recording(path: Path, rate: float) -> HandMotion:
    """Return the motion that a CSV file holds.

    Args:
        path: of the file. Its first line names the columns.
        rate: [1/s], above 0, of frames, where there is no column `t`.

    Raises:
        ModelFileError: it is no file, too large, or cannot be read.
        InvalidInputError: a column is missing or unknown, there is no frame, or a line is
            malformed; the message names the file and the line. Or the rate is out of range.

    """
    rate = checked_rate(rate)
    content = read_within(path, 'recording', LARGEST_FILE)
    where = f"recording '{shown_path(path)}'"
    try:
        lines = content.decode('utf-8-sig').splitlines()
    except UnicodeDecodeError as error:
        raise InvalidInputError(f'{where} is no text: {shortened_reason(error)}') from error
    names = _columns(lines, where)
    rows = [
        _numbers(line, names, f'{where}, line {number}')
        for number, line in enumerate(lines[1:], start=2)
        if line.strip()
    ]
    if not rows:
        raise InvalidInputError(f'{where} has no frame; expected a line of numbers for each')
    values = np.array(rows)
    order = [names.index(name) for name in COLUMNS]
    if TIME in names:
        times = values[:, names.index(TIME)]
        _check_growing(times, lines, where)
    else:
        times = np.arange(len(values)) / rate
    poses = values[:, order]
    return HandMotion(times - times[0], poses[:, :3], normalized_quaternion(poses[:, 3:]))


def _columns(lines: list[str], where: str) -> list[str]:
    names = [name.strip() for name in next(csv.reader(lines[:1]), [])]
    missing = [name for name in COLUMNS if name not in names]
    unknown = [name for name in names if name not in (TIME, *COLUMNS)]
    twice = [name for name in names if names.count(name) > 1]
    for what, found in (('lacks', missing), ('has unknown', unknown), ('has twice', twice)):
        if found:
            raise InvalidInputError(
                f'{where}, line 1, {what} {shortened(", ".join(dict.fromkeys(found)))}; expected '
                f'the columns {",".join(COLUMNS)}, and perhaps {TIME} before them'
            )
    return names


def _numbers(line: str, names: list[str], where: str) -> list[float]:
    """Return the numbers of one line, in the order of the columns."""
    texts = line.split(',')
    if len(texts) != len(names):
        raise InvalidInputError(f'{where}, has {len(texts)} entries; expected {len(names)}')
    values = [_number(text, name, where) for text, name in zip(texts, names, strict=True)]
    row = dict(zip(names, values, strict=True))
    if sum(row[name] ** 2 for name in COLUMNS[3:]) < LEAST_LENGTH**2:
        raise InvalidInputError(
            f'{where}, has a quaternion of length zero; expected qx, qy, qz, qw of unit length'
        )
    return values


def _number(text: str, name: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not abs(value) <= FARTHEST:  # NaN neither
        raise InvalidInputError(
            f'{where}: {name} is {shortened(text.strip())}; expected a number, {FARTHEST:g} in '
            'size at most'
        )
    return value


def _check_growing(times: Array, lines: list[str], where: str) -> None:
    back = np.flatnonzero(np.diff(times) <= 0)
    if len(back):
        row = int(back[0]) + 1
        number = [n for n, line in enumerate(lines[1:], start=2) if line.strip()][row]
        raise InvalidInputError(
            f'{where}, line {number}: t is {times[row]:g} after {times[row - 1]:g}; expected '
            'seconds that grow'
        )
