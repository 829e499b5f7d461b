# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The state of a training as tensors and JSON, and back: no class is ever named in it.

PyTorch's own format is a pickle, whose reader has to know which classes are harmless.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from learned_ik.errors import ModelFileError

Tensors = dict[str, npt.NDArray[Any]]


def flattened(state: Any) -> tuple[Any, Tensors]:
    """Return a tree ready for JSON, and the tensors that it names.

    Args:
        state: dictionaries, lists, tuples, tensors, numbers, texts and None, one in another.

    """
    tensors: Tensors = {}
    return _flat(state, tensors), tensors


def restored(tree: Any, tensors: Tensors) -> Any:
    """Return the state that `flattened` took apart.

    Raises:
        ModelFileError: it is no such tree.

    """
    if isinstance(tree, str | bool | int | float) or tree is None:
        return tree
    kind, content = next(iter(tree.items())) if _is_node(tree) else ('', None)
    if kind == 'tensor' and content in tensors:
        return torch.from_numpy(tensors[content].copy())
    if kind == 'number' and content in ('inf', '-inf', 'nan'):
        return float(content)
    if kind == 'pairs' and isinstance(content, list):
        pairs = [pair for pair in content if isinstance(pair, list) and len(pair) == 2]
        if len(pairs) == len(content) and all(isinstance(key, str | int) for key, _ in pairs):
            return {key: restored(value, tensors) for key, value in pairs}
    if kind in ('list', 'tuple') and isinstance(content, list):
        values = [restored(value, tensors) for value in content]
        return values if kind == 'list' else tuple(values)
    raise ModelFileError(f'the state of the training has an entry {kind!r} that means nothing')


def _flat(value: Any, tensors: Tensors) -> Any:
    if isinstance(value, torch.Tensor):
        name = f'tensor_{len(tensors)}'
        tensors[name] = np.ascontiguousarray(value.detach().cpu().numpy()).reshape(value.shape)
        return {'tensor': name}
    if isinstance(value, dict):
        return {'pairs': [[key, _flat(each, tensors)] for key, each in value.items()]}
    if isinstance(value, list | tuple):
        kind = 'list' if isinstance(value, list) else 'tuple'
        return {kind: [_flat(each, tensors) for each in value]}
    if isinstance(value, float) and not math.isfinite(value):
        return {'number': repr(float(value))}
    return value


def _is_node(tree: Any) -> bool:
    return isinstance(tree, dict) and len(tree) == 1
