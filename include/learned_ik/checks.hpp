// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// What users give, or an error that names it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "learned_ik/errors.hpp"
#include "learned_ik/solution.hpp"

namespace learned_ik::checks {

constexpr double farthest = 1e6;  // [m], [rad], of what may be asked for

inline std::string text(double value) {
  char written[32];
  std::snprintf(written, sizeof written, "%.4g", value);
  return written;
}

// How far something is from a target.
inline std::string apart(double metres, double radians) {
  return text(1e3 * metres) + " mm and " + text(57.29577951308232 * radians) + " deg";
}

inline void position(const Position &position) {
  for (const double value : position)
    if (!(std::abs(value) <= farthest))
      throw InvalidInputError("position holds " + text(value) +
                              "; expected finite metres, of at most 1e6");
}

inline void orientation(const Quaternion &orientation) {
  double largest = 0.0, squared = 0.0;
  for (const double value : orientation) {
    if (!std::isfinite(value))
      throw InvalidInputError("orientation holds " + text(value) + "; expected x y z w, finite");
    largest = std::max(largest, std::abs(value));
  }
  const double scale = largest > 1e150 ? largest : 1.0;  // whose squares are no numbers any more
  for (const double value : orientation) squared += (value / scale) * (value / scale);
  if (!(scale * std::sqrt(squared) > 1e-6))
    throw InvalidInputError(
        "orientation is a quaternion of length zero; expected x y z w of unit length");
}

// Joint positions of an arm; `or_nan`: NaN stands for any.
inline void joints(const Joints &q, std::size_t count, const char *what, bool or_nan = false) {
  if (q.size() != count)
    throw InvalidInputError(std::string(what) + " has " + std::to_string(q.size()) +
                            " values; expected " + std::to_string(count));
  for (const double value : q)
    if (!(std::abs(value) <= farthest) && !(or_nan && std::isnan(value)))
      throw InvalidInputError(std::string(what) + " holds " + text(value) +
                              "; expected finite rad or m, of at most 1e6");
}

inline void at_least_zero(double value, const char *what, bool or_infinite = false) {
  if (!(value >= 0) || (!or_infinite && std::isinf(value)))
    throw InvalidInputError(std::string(what) + " is " + text(value) + "; expected 0 or more");
}

inline void options(const Options &options, std::size_t count, bool seeded) {
  at_least_zero(options.position_tolerance, "position_tolerance");
  for (const double value : options.orientation_tolerance)
    at_least_zero(value, "orientation_tolerance", true);
  at_least_zero(options.max_joint_change, "max_joint_change", true);
  at_least_zero(options.min_clearance, "min_clearance");
  if (!(options.timeout > 0))
    throw InvalidInputError("timeout is " + text(options.timeout) + "; expected above 0");
  if (options.max_joint_change < infinity && !seeded)
    throw InvalidInputError("max_joint_change needs a seed from which to count");
  if (options.prefer == Prefer::nearest && !seeded)
    throw InvalidInputError("prefer is nearest, which needs a seed");
  if (options.prefer == Prefer::posture) joints(options.posture, count, "posture", true);
}

}  // namespace learned_ik::checks
