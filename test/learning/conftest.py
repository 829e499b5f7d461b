# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Networks as small as those in the tests are slower on several threads than on one."""

import pytest


@pytest.fixture(autouse=True, scope='session')
def one_thread():
    """Let torch compute on one thread."""
    torch = pytest.importorskip('torch')
    torch.set_num_threads(1)
