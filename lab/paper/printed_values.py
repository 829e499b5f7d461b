# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the paper prints, as data: two tables, and what its text says about the figures.

The figures' curves are printed as pictures alone: of these only what the text tells is here.
"""

from typing import NamedTuple


class Printed(NamedTuple):
    """A row of table I."""

    robot: str  # 'tiago' or 'artificial7'
    training: str  # 'supervised', 'position' or 'pose', the latter two unsupervised
    encoding: str  # 'linear' or 'biternion'
    limits: float  # share of the full joint ranges
    position: float  # [m], mean L2 error
    orientation: float  # [deg], mean rotation error


TABLE_1 = (
    Printed('tiago', 'supervised', 'linear', 1.0, 0.0783, 57.89),
    Printed('tiago', 'supervised', 'biternion', 1.0, 0.0592, 87.47),
    Printed('tiago', 'position', 'linear', 1.0, 0.0130, 115.40),
    Printed('tiago', 'position', 'biternion', 1.0, 0.0122, 120.02),
    Printed('tiago', 'pose', 'linear', 1.0, 0.0613, 4.68),
    Printed('tiago', 'pose', 'biternion', 1.0, 0.0359, 14.51),
    Printed('artificial7', 'pose', 'linear', 1.0, 0.0889, 3.75),
    Printed('artificial7', 'pose', 'biternion', 1.0, 0.0445, 4.63),
    Printed('artificial7', 'pose', 'linear', 0.8, 0.0629, 3.62),
)

# Table II: joints: mean L2 error [m] along the spiral, and over the uniform test set.
TABLE_2 = {7: (0.0248, 0.0293), 10: (0.0139, 0.0304), 20: (0.0188, 0.0337)}

# Section III-B, about figure 3: "error values are in a practically usable range of 5mm and 1°".
TIGHTEST_LIMITS = (0.2, 0.005, 1.0)  # share of the full ranges, [m], [deg]

# Section II, quoted there from [5]: joints: mean L2 error [m] of a supervised perceptron.
QUOTED_PERCEPTRON = {4: 0.123, 6: 0.591, 7: 0.577}

STEPS = 1_600_000  # section II-E, each with a batch of 100
TEST_POSES = 200_000  # section II-B
SLICE = (0.1, 0.15)  # [m], heights of figure 2's cross-section
