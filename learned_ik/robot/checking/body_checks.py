# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the fields of a `Body` must be, wherever they come from: a URDF, a file, a caller."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from learned_ik.checks import shaped, shaped_whole, shortened, texts
from learned_ik.errors import InvalidInputError

MOST_CAPSULES = 1024
MOST_PAIRS = 100_000  # of capsules that may touch each other
FARTHEST = 1e6  # [m], of a capsule from its frame, and of its radius


def checked_body(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a body, each of its type and shape.

    Raises:
        InvalidInputError: a field is of a wrong type or shape, not finite, or cannot be: too many
            capsules or pairs, a radius of 0, a pair of capsules that are not there.

    """
    links = texts(fields['links'], 'links of the body')
    count = len(links)
    if count > MOST_CAPSULES:
        raise InvalidInputError(f'the body has {count} capsules; expected {MOST_CAPSULES} at most')
    frames = shaped_whole(fields['frames'], 'frames of the body', (count,))
    if (frames < 0).any():
        raise InvalidInputError(f'frames of the body are {shortened(frames)}; expected 0 or more')
    ends = shaped(fields['ends'], 'ends of the body', (count, 2, 3))
    radii = shaped(fields['radii'], 'radii of the body', (count,))
    if (np.abs(ends) > FARTHEST).any() or ((radii <= 0) | (radii > FARTHEST)).any():
        raise InvalidInputError(
            f'the body has ends up to {np.abs(ends).max():g} m from their frames and radii of '
            f'{radii.min():g} up to {radii.max():g} m; expected radii above 0, and all at most '
            f'{FARTHEST:g} m'
        )
    return {
        'links': links,
        'frames': frames,
        'ends': ends,
        'radii': radii,
        'pairs': _pairs(fields['pairs'], count),
    }


def _pairs(values: Any, count: int) -> Any:
    """Return pairs (pairs, 2) of the numbers of `count` capsules."""
    pairs = shaped_whole(values, 'pairs of the body', (None, 2))
    if len(pairs) > MOST_PAIRS:
        raise InvalidInputError(
            f'the body has {len(pairs)} pairs of capsules; expected {MOST_PAIRS} at most'
        )
    if pairs.size and not 0 <= pairs.min() <= pairs.max() < count:
        raise InvalidInputError(
            f'pairs of the body name capsules {pairs.min()} up to {pairs.max()}; expected 0 up to '
            f'{count - 1}'
        )
    return pairs
