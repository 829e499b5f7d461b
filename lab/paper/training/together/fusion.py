# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""torch's compiler for functions that are always called with tensors of the same shapes."""

import shutil
import types
from collections.abc import Callable
from typing import Any

import torch


def can_fuse(device: torch.device) -> bool:
    """Return whether torch's compiler works here: for a CPU it asks a C++ compiler."""
    return device.type != 'cpu' or any(map(shutil.which, ('g++', 'clang++')))


def fused(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a bound method whose operations become a few loops at its first call.

    The shapes of its arguments, and what its object holds, must never change: checking that at
    each call would take a tenth of the time of a step.
    """
    function, owner = method.__func__, method.__self__  # type: ignore[attr-defined]
    # torch finds what it has compiled by the code of a function. Nothing is checked, so the code
    # must be this object's own: that of another one holds other constants.
    own = types.FunctionType(function.__code__.replace(), function.__globals__, function.__name__)
    return torch.compile(
        types.MethodType(own, owner),
        dynamic=False,
        options={'guard_filter_fn': torch.compiler.skip_all_guards_unsafe},
    )
