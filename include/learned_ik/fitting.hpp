// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Whether a network was trained for an arm that somebody else describes. As robot/comparison.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "learned_ik/arm.hpp"
#include "learned_ik/checks.hpp"
#include "learned_ik/frame.hpp"
#include "learned_ik/model.hpp"

namespace learned_ik {

namespace fitting {

constexpr double alike = 1e-6;              // [m] and [rad], of the same robot's frames
constexpr double calibration_angle = 0.02;  // [rad], between the tips of a robot and of the same
                                            // one measured more closely
constexpr int samples = 1000;               // postures in which tips are compared

inline std::string listed(const std::vector<std::string> &names) {
  std::string list;
  for (const std::string &name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

inline Frame before_motion(const PackedModel &packed, std::int64_t motion) {
  Frame frame;
  std::copy_n(packed.section(LEARNED_IK_TRANSFORMS) + 12 * motion, 12, frame.begin());
  return frame;
}

// Return the first frame that stands elsewhere, or -1.
inline std::int64_t misplaced(const PackedModel &trained, const PackedModel &robot) {
  for (std::int64_t k = 0; k <= trained.layout[LEARNED_IK_MOTIONS]; k++) {
    const Frame a = before_motion(trained, k), b = before_motion(robot, k);
    if (distance_between(a, b) > alike || angle_between(a, b) > alike) return k;
  }
  return -1;
}

}  // namespace fitting

// Say the first way in which a model's network does not fit an arm; empty: it fits. Limits do not
// matter: the network only says where to begin.
//
// Both begin and end at the same links. In any posture their tips may be up to `calibration` [m]
// and 0.02 rad apart: a robot that was measured more closely.
inline std::string difference(const std::shared_ptr<const Model> &trained,
                              const std::shared_ptr<const Model> &robot,
                              double calibration = 0.01) {
  using namespace fitting;
  if (trained->joint_names() != robot->joint_names())
    return "joints " + listed(trained->joint_names()) + " of the model, " +
           listed(robot->joint_names()) + " of the robot";
  const PackedModel &a = trained->packed(), &b = robot->packed();
  const std::int64_t motions = a.layout[LEARNED_IK_MOTIONS];
  const auto part = [](const PackedModel &packed, int name, std::int64_t count) {
    const std::int64_t *begin =
        packed.layout.data() + packed.layout[static_cast<std::size_t>(name)];
    return std::vector<std::int64_t>(begin, begin + count);
  };
  if (motions != b.layout[LEARNED_IK_MOTIONS] ||
      part(a, LEARNED_IK_STRUCTURE, 2 * motions) != part(b, LEARNED_IK_STRUCTURE, 2 * motions))
    return "what turns, what slides, or what mimics what";
  for (std::int64_t k = 0; k < 2 * motions; k++)
    if (!(std::abs(a.section(LEARNED_IK_COUPLING)[k] - b.section(LEARNED_IK_COUPLING)[k]) < 1e-9))
      return "by how much joints follow those that they mimic";
  const std::int64_t place = misplaced(a, b);
  if (place < 0) return {};

  Arm mine(trained), other(robot);
  const double *low = a.section(LEARNED_IK_TRAINED_LOW), *high = a.section(LEARNED_IK_TRAINED_HIGH);
  const std::vector<double> steps = packing::restart_steps(mine.joints);
  double distance = 0.0, angle = 0.0;
  Joints q(mine.joints);
  for (int k = 0; k < samples; k++) {
    for (std::size_t j = 0; j < q.size(); j++) {
      const double share = 0.5 + k * steps[j];
      q[j] = low[j] + (share - std::floor(share)) * (high[j] - low[j]);
    }
    const Frame tip = mine.tip(q), robots = other.tip(q);
    distance = std::max(distance, distance_between(tip, robots));
    angle = std::max(angle, angle_between(tip, robots));
  }
  if (distance <= calibration && angle <= calibration_angle) return {};
  const std::vector<std::int64_t> drives = part(a, LEARNED_IK_STRUCTURE, 2 * motions);
  const std::string where = place == motions
                                ? "'" + trained->tip_link() + "'"
                                : "joint '" +
                                      trained->joint_names()[static_cast<std::size_t>(
                                          drives[static_cast<std::size_t>(2 * place + 1)])] +
                                      "'";
  return where + " is placed differently behind its predecessor: tips up to " +
         checks::apart(distance, angle) + " apart, expected at most " +
         checks::apart(calibration, calibration_angle);
}

}  // namespace learned_ik
