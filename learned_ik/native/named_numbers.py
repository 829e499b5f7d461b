# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The numbers of the kernels that C has to know: places in flat arrays, and a few sizes."""

import importlib

# Where things lie in the flat arrays, and what callers have to know of a search: for C too.
NAMED = {
    'layout': (
        'POSITION', 'ORIENTATION', 'FREE_AXES', 'LARGEST_CHANGE', 'SEED',
        'CODE', 'POSITION_ERROR', 'ORIENTATION_ERROR', 'SEED_DISTANCE', 'LIMIT_MARGIN',
        'CLEARANCE', 'REACHED', 'BEYOND_REACH', 'SEED_OUTSIDE', 'ATTEMPTS', 'NEAREST', 'ANSWER',
        'FOUND', 'NOT_FOUND', 'MALFORMED', 'JOINTS', 'MOTIONS', 'LAYERS', 'ACTIVATION',
        'DECODING', 'HEADS', 'PADDED_HEADS', 'SEED_JOINTS', 'WIDTHS', 'STRUCTURE', 'KINDS',
        'CONSTANTS', 'TRANSFORMS', 'COUPLING', 'LOWER', 'UPPER', 'BOUND_LOW', 'BOUND_HIGH',
        'FULL_TURNS', 'HOME', 'JOINT_WEIGHTS', 'TRAINED_LOW', 'TRAINED_HIGH', 'ANGULAR', 'TARGET',
        'END_OF_NUMBERS', 'INPUTS', 'END_OF_ACTIVATIONS', 'PLACES',
    ),
    'avoidance.body_layout': (
        'CAPSULES', 'PAIRS', 'HULLS', 'HULL_PAIRS', 'CAPSULE_FRAMES', 'CAPSULE_ENDS',
        'LINK_FRAMES', 'END_OF_WALK', 'BODY_PLACES',
    ),
    'avoidance.clearance': ('AT_ONCE', 'CONTACT'),
    'avoidance.store': ('MORE_PROPOSALS', 'GRID'),
    'heads.forward_pass': ('LANES', 'POSE_INPUTS'),
    'path.tracking': ('JUMP', 'PATH_FREE_AXES', 'DEMAND', 'STAY', 'COAST', 'COMFORT'),
    'pose_error': ('IN_BASE', 'ROOM', 'FREEDOM'),
    'path.ladder': ('SPACING', 'FRESH', 'RUNG', 'TRACKED'),
    'search': ('ENOUGH_RESTARTS',),
    'servo.bounded_motion': (
        'POSTURE', 'VELOCITY', 'OTHER', 'STATE', 'SPEED', 'ACCELERATION', 'LOW', 'HIGH', 'COMFORT',
        'COMFORT_WEIGHT', 'LIMITS',
    ),
    'servo.leading': ('NOBODY', 'ALL'),
    'servo.servoing': (
        'EXACT_POSITION', 'EXACT_ORIENTATION', 'ASKED_FREE_AXES', 'WEIGHT_ON_THE_WAY', 'WEIGHT',
        'NEAR', 'SWITCHES', 'ASKED', 'REMAINING_POSITION', 'REMAINING_ORIENTATION', 'HELD', 'LATE',
        'LEFT', 'SPEED_SHARE', 'TOLD',
    ),
    'servo.sidestep': ('MOST_CONTACTS',),
}  # fmt: skip


def named_numbers() -> dict[str, int]:
    """Return those places and numbers by their names."""
    return {
        name: int(getattr(importlib.import_module(f'learned_ik.kernels.{module}'), name))
        for module, names in NAMED.items()
        for name in names
    }
