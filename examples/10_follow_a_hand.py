# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Follow a hand: a command in every frame, never a jump, within what the joints may.

python examples/10_follow_a_hand.py
"""

import numpy as np

from learned_ik import IkSolver, Tracker, TrackingStatus
from learned_ik.resources import shipped_file

RATE = 72  # [1/s], frames of a headset
SIGNS = {
    TrackingStatus.ON_TARGET: '=',
    TrackingStatus.CATCHING_UP: '>',
    TrackingStatus.CLOSEST: 'x',
}

solver = IkSolver.load(shipped_file('models/tiago_arm.safetensors'))
tracker = Tracker(solver, acceleration_limits=10.0)  # [rad/s²]; speeds are the URDF's
tracker.reset([0.5, 0.2, -1.5, 1.6, 0.0, 0.5, 0.0])  # where the arm is [rad]
position, orientation = solver.forward(tracker.joint_positions)

last = solved = tracker.joint_positions
largest_step = largest_solved = 0.0  # [rad], of a joint from frame to frame
silent, strip = 0, ''
for frame in range(6 * RATE):
    time = frame / RATE  # [s]
    waves = np.array([0.0, 0.12 * np.sin(2 * time), 0.08 * np.sin(3 * time)])  # [m]
    hand = position + waves
    if 2 < time < 3:
        hand[0] += 5.0  # for a second, it is out of reach
    step = tracker.update(hand, orientation, 1 / RATE)
    if step.status is TrackingStatus.CLOSEST and step.other_branch is not None:
        tracker.switch(hand, orientation, 1 / RATE)  # a dead end: the updates lead elsewhere
    largest_step = max(largest_step, np.abs(step.joint_positions - last).max())
    last = step.joint_positions
    strip += SIGNS[step.status]
    if frame % RATE == RATE - 1:
        away = f'{1e3 * step.position_error:.1f} mm away'
        print(f'{strip[::2]} {step.status.value}, {away}. {step.message}')
        strip = ''

    # For comparison: the same frames, each solved alone from the answer before.
    solution = solver.solve(hand, orientation, seed=solved, timeout=0.01)
    silent += not solution.success
    if solution.success:
        largest_solved = max(largest_solved, np.abs(solution.joint_positions - solved).max())
        solved = solution.joint_positions

print(' '.join(f'{sign} {status.value}' for status, sign in SIGNS.items()), '(a line a second)')
print(f'tracked: a command in every frame, the largest step of a joint {largest_step:.3f} rad')
print(f'solved frame by frame: {silent} without an answer, largest step {largest_solved:.3f} rad')
