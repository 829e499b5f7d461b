# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How numba compiles `views.as_matrix`: to a shape and no more.

numba's `reshape` calls a function that allows for strides of every kind; ten of them cost as much
as a step of refinement. These arrays are C-contiguous.
"""

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import lower_builtin, type_callable
from numba.np.arrayobj import make_array, populate_array

from learned_ik.kernels.views import as_matrix


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
