# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A walk through all modules of kernels, for tests that leave none out."""

import importlib
import pkgutil

from numba.core.dispatcher import Dispatcher

import learned_ik.kernels


def dispatchers() -> dict[str, Dispatcher]:
    """Return by name all that numba compiles by itself: entries, and what is spliced into them."""
    found = {}
    for module in pkgutil.walk_packages(learned_ik.kernels.__path__, 'learned_ik.kernels.'):
        members = vars(importlib.import_module(module.name))
        found |= {k: v for k, v in members.items() if isinstance(v, Dispatcher)}
    return found
