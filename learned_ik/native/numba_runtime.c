/* Copyright 2026 The learned_ik authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the object code asks of numba's runtime: one function, which looks for a view of an array
 * with another shape. Every array of the kernels that takes another shape is C-contiguous. */
#include <stdint.h>

__attribute__((visibility("hidden"))) int32_t numba_attempt_nocopy_reshape(
    int64_t dimensions, const int64_t *shape, const int64_t *strides, int64_t new_dimensions,
    const int64_t *new_shape, int64_t *new_strides, int64_t item_size, int32_t is_fortran) {
    int64_t size = 1, new_size = 1;
    (void)strides;
    (void)is_fortran;
    for (int64_t i = 0; i < dimensions; i++) size *= shape[i];
    for (int64_t i = new_dimensions; i-- > 0;) {
        new_strides[i] = item_size * new_size;
        new_size *= new_shape[i];
    }
    return size == new_size;
}
