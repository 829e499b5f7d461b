# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The arm for which the tests serve."""

import pytest

from learned_ik import KinematicChain


@pytest.fixture(scope='session')
def chain(tiago: KinematicChain) -> KinematicChain:
    """Return TIAGo's arm, as the shipped model knows it."""
    return tiago
