// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// The flat arrays of an arm, its network and its body, and how long their sections are. As
// solving/packing.py.
#pragma once

#include <cstdint>
#include <vector>

#include "learned_ik/aligned.hpp"
#include "learned_ik/kernels.h"

namespace learned_ik {

// The arrays that the kernels take; nobody writes to them.
struct PackedModel {
  Aligned<std::int64_t> layout;
  Aligned<double> robot;
  Aligned<float> weights;
  Aligned<std::int64_t> body_layout;
  Aligned<double> shapes;
  Aligned<double> speeds;  // (joints,) [rad/s or m/s]; infinite where the URDF gives none
  Aligned<double> room;    // (2, joints), where joints have most room, and how much that weighs

  double *section(int name) { return robot.data() + layout[static_cast<std::size_t>(name)]; }
  const double *section(int name) const {
    return robot.data() + layout[static_cast<std::size_t>(name)];
  }
};

namespace sections {

using Sizes = std::vector<std::int64_t>;

inline std::int64_t up_to(std::int64_t count, std::int64_t of) {
  return (count + of - 1) / of * of;
}

inline Sizes of_layout(std::int64_t layers, std::int64_t motions, std::int64_t joints) {
  return {layers, 2 * motions, joints};
}

inline Sizes of_robot(std::int64_t motions, std::int64_t joints) {
  return {3,           joints, 12 * (motions + 1),
          2 * motions, joints, joints,
          joints,      joints, joints,
          joints,      joints, joints,
          joints,      joints};
}

inline Sizes of_numbers(std::int64_t motions, std::int64_t joints) {
  return {12,         joints, 3 * motions, 3 * motions, 12,     3 * up_to(motions, 8),
          6 * joints, 6,      6,           6,           6,      joints,
          joints,     joints, joints,      joints,      joints, joints,
          joints,     joints, joints};
}

inline Sizes of_activations(std::int64_t widest, std::int64_t joints, std::int64_t motions,
                            std::int64_t lanes) {
  return {widest, widest, 12 * LEARNED_IK_LANES, joints * lanes, 3 * motions * LEARNED_IK_LANES,
          lanes};
}

inline Sizes of_body_layout(std::int64_t capsules, std::int64_t pairs, std::int64_t hulls,
                            std::int64_t hull_pairs) {
  return {capsules, 2 * pairs, hulls, hulls + 1, 2 * hull_pairs, hull_pairs + 1};
}

inline Sizes of_shapes(std::int64_t capsules, std::int64_t hulls) {
  return {6 * capsules, capsules, capsules, capsules, 6 * capsules, 6 * hulls, hulls, hulls, hulls};
}

inline Sizes of_walk(std::int64_t capsules, std::int64_t hulls, std::int64_t hull_pairs,
                     std::int64_t motions, std::int64_t joints) {
  const std::int64_t rows = 8 * hulls + hull_pairs;
  return {12 * (motions + 1),
          6 * hulls,
          3 * hulls,
          hulls,
          6 * capsules,
          3 * capsules,
          LEARNED_IK_AT_ONCE,
          capsules,
          LEARNED_IK_CONTACT * rows,
          joints * rows,
          joints,
          joints,
          joints,
          6,
          LEARNED_IK_MORE_PROPOSALS,
          LEARNED_IK_MORE_PROPOSALS};
}

}  // namespace sections

}  // namespace learned_ik
