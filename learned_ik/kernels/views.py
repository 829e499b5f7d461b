# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Matrices in flat arrays: views that cost nothing.

numba's `reshape` calls a function that allows for strides of every kind; ten of them cost as much
as a step of refinement. These arrays are C-contiguous, so that a view is its shape and no more.
"""

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import lower_builtin, type_callable
from numba.np.arrayobj import make_array, populate_array

from learned_ik.arrays import Array


def as_matrix(flat: Array, rows: int, columns: int) -> Array:
    """Return a view (rows, columns) of an array (rows * columns,) that is C-contiguous."""
    return flat.reshape((rows, columns))


@type_callable(as_matrix)
def _type_of_view(context: Any) -> Callable:
    def type_of(flat: Any, rows: Any, columns: Any) -> types.Type | None:
        if isinstance(flat, types.Array) and flat.ndim == 1 and flat.layout == 'C':
            return types.Array(flat.dtype, 2, 'C', readonly=not flat.mutable)
        return None  # which numba refuses

    return type_of


@lower_builtin(as_matrix, types.Array, types.Integer, types.Integer)
def _view(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Write the code of a view: the same memory, with two dimensions."""
    flat, *kinds = signature.args
    rows, columns = (
        context.cast(builder, value, kind, types.intp)
        for value, kind in zip(arguments[1:], kinds, strict=True)
    )
    size = context.get_abi_sizeof(context.get_data_type(flat.dtype))
    itemsize = context.get_constant(types.intp, size)
    view = make_array(signature.return_type)(context, builder)
    populate_array(
        view,
        data=make_array(flat)(context, builder, arguments[0]).data,
        shape=[rows, columns],
        strides=[builder.mul(columns, itemsize), itemsize],
        itemsize=itemsize,
        meminfo=None,
    )
    return view._getvalue()
