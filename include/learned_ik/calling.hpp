// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// How the functions of kernels.h are called with arrays that know their sizes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

#include "learned_ik/aligned.hpp"
#include "learned_ik/errors.hpp"
#include "learned_ik/model.hpp"

namespace learned_ik::calling {

// A matrix row by row, which somebody else holds.
template <class T>
struct Rows {
  T *data;
  std::int64_t rows, columns;
};

template <class T>
Rows<T> rows(Aligned<T> &array, std::size_t columns) {
  return {array.data(), static_cast<std::int64_t>(array.size() / columns),
          static_cast<std::int64_t>(columns)};
}

template <class T, std::size_t N>
Rows<T> rows(std::array<T, N> &array, std::size_t columns) {
  return {array.data(), static_cast<std::int64_t>(N / columns), static_cast<std::int64_t>(columns)};
}

// What an argument is for C: an array its data and size, a matrix its data, rows and columns.
template <class T, class A>
auto spread(std::vector<T, A> &array) {
  return std::make_tuple(array.data(), static_cast<std::int64_t>(array.size()));
}

template <class T, class A>
auto spread(const std::vector<T, A> &array) {
  return std::make_tuple(array.data(), static_cast<std::int64_t>(array.size()));
}

template <class T, std::size_t N>
auto spread(std::array<T, N> &array) {
  return std::make_tuple(array.data(), static_cast<std::int64_t>(N));
}

template <class T>
auto spread(const Rows<T> &matrix) {
  return std::make_tuple(matrix.data, matrix.rows, matrix.columns);
}

inline auto spread(const PackedModel &model) {
  return std::tuple_cat(spread(model.layout), spread(model.robot), spread(model.weights));
}

template <class T, class = std::enable_if_t<std::is_arithmetic_v<T> || std::is_pointer_v<T>>>
auto spread(T value) {
  return std::make_tuple(value);
}

// Call a kernel; arrays that do not fit each other are an error of this library, not of its users.
template <class Function, class... Arguments>
void call(Function function, Arguments &&...arguments) {
  if (std::apply(function, std::tuple_cat(spread(arguments)...)) != 0)
    throw LibraryError("the kernels refuse their arrays: another library?");
}

}  // namespace learned_ik::calling
