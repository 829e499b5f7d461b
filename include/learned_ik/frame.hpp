// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Rigid transforms, as the kernels take them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "learned_ik/solution.hpp"

namespace learned_ik {

using Frame = std::array<double, 12>;  // the rotation row by row, then the position [m]

constexpr Frame unmoved{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};

// Return where `inner`, given in `outer`, is.
inline Frame composed(const Frame &outer, const Frame &inner) {
  Frame frame{};
  for (std::size_t row = 0; row < 3; row++) {
    frame[9 + row] = outer[9 + row];
    for (std::size_t k = 0; k < 3; k++) {
      const double entry = outer[3 * row + k];
      frame[9 + row] += entry * inner[9 + k];
      for (std::size_t column = 0; column < 3; column++)
        frame[3 * row + column] += entry * inner[3 * k + column];
    }
  }
  return frame;
}

inline Frame inverse(const Frame &frame) {
  Frame inverted{};
  for (std::size_t row = 0; row < 3; row++)
    for (std::size_t column = 0; column < 3; column++) {
      inverted[3 * row + column] = frame[3 * column + row];
      inverted[9 + row] -= frame[3 * column + row] * frame[9 + column];
    }
  return inverted;
}

// Return the largest entry of one frame that differs from the other's, rotations in rad about.
inline double largest_difference(const Frame &a, const Frame &b) {
  double largest = 0.0;
  for (std::size_t k = 0; k < 12; k++) largest = std::max(largest, std::abs(a[k] - b[k]));
  return largest;
}

// Return the angle between the rotations of two frames [rad], also where it is small.
inline double angle_between(const Frame &a, const Frame &b) {
  double squared = 0.0;  // of the Frobenius norm of their difference: 8 sin² of half the angle
  for (std::size_t k = 0; k < 9; k++) squared += (a[k] - b[k]) * (a[k] - b[k]);
  return 2 * std::asin(std::min(1.0, std::sqrt(squared / 8)));
}

// Return how far the origins of two frames are apart [m].
inline double distance_between(const Frame &a, const Frame &b) {
  return std::hypot(a[9] - b[9], a[10] - b[10], a[11] - b[11]);
}

// Return a rotation that turns z into a unit axis, the smallest one unless that points down.
inline Frame turned_to(const Position &axis) {
  const auto [x, y, z] = axis;
  if (z < -0.5) {
    constexpr Frame half_turn{1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0};
    return composed(half_turn, turned_to({x, -y, -z}));
  }
  const double k = 1 / (1 + z);
  return {1 - k * x * x, -k * x * y, x, -k * x * y, 1 - k * y * y, y, -x, -y, z, 0, 0, 0};
}

// Return x y z w of a frame's rotation: the largest component is found first.
inline Quaternion quaternion(const Frame &r) {
  const double x = r[0], y = r[4], z = r[8];
  const std::array<double, 4> squares{1 + x - y - z, 1 - x + y - z, 1 - x - y + z, 1 + x + y + z};
  const auto largest =
      static_cast<std::size_t>(std::max_element(squares.begin(), squares.end()) - squares.begin());
  const double twice = std::sqrt(squares[largest]);
  const std::array<std::array<double, 4>, 4> rows{{
      {squares[0], r[1] + r[3], r[2] + r[6], r[7] - r[5]},
      {r[1] + r[3], squares[1], r[5] + r[7], r[2] - r[6]},
      {r[2] + r[6], r[5] + r[7], squares[2], r[3] - r[1]},
      {r[7] - r[5], r[2] - r[6], r[3] - r[1], squares[3]},
  }};
  Quaternion quaternion;
  for (std::size_t k = 0; k < 4; k++) quaternion[k] = 0.5 * rows[largest][k] / twice;
  return quaternion;
}

// Return the frame of a pose whose quaternion is of any length but zero.
inline Frame frame_of(const Position &position, const Quaternion &orientation) {
  const double longest = std::max({std::abs(orientation[0]), std::abs(orientation[1]),
                                   std::abs(orientation[2]), std::abs(orientation[3])});
  double x = orientation[0] / longest, y = orientation[1] / longest;
  double z = orientation[2] / longest, w = orientation[3] / longest;
  const double length = std::sqrt(x * x + y * y + z * z + w * w);
  x /= length, y /= length, z /= length, w /= length;
  return {1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w), 2 * (x * y + z * w),
          1 - 2 * (x * x + z * z), 2 * (y * z - x * w), 2 * (x * z - y * w), 2 * (y * z + x * w),
          1 - 2 * (x * x + y * y), position[0],         position[1],         position[2]};
}

}  // namespace learned_ik
