// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Arrays as the kernels want them: the first byte at a multiple of a cache line.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace learned_ik {

template <class T>
struct CacheLineAllocator {
  using value_type = T;
  static constexpr std::align_val_t line{64};

  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U> &) {}  // NOLINT: a container asks for it

  T *allocate(std::size_t count) {
    return static_cast<T *>(::operator new(count * sizeof(T), line));
  }
  void deallocate(T *memory, std::size_t) { ::operator delete(memory, line); }
  template <class U>
  bool operator==(const CacheLineAllocator<U> &) const {
    return true;
  }
  template <class U>
  bool operator!=(const CacheLineAllocator<U> &) const {
    return false;
  }
};

template <class T>
using Aligned = std::vector<T, CacheLineAllocator<T>>;

}  // namespace learned_ik
