// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// An arm as data: for who has a robot model of his own. Model::of makes what a Solver takes.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "learned_ik/checks.hpp"
#include "learned_ik/errors.hpp"
#include "learned_ik/frame.hpp"
#include "learned_ik/solution.hpp"

namespace learned_ik {

// What moves, of an arm: a joint, or one that mimics it.
struct Motion {
  Frame origin = unmoved;  // where it stands behind the one before, or in the base link
  Position axis{0, 0, 1};  // of any length but zero, in that frame
  bool slides = false;     // along its axis, instead of turning about it
  std::size_t joint = 0;   // that drives it, a number in `joint_names`
  double multiplier = 1.0;
  double offset = 0.0;  // [rad or m]; its value is multiplier * q[joint] + offset
};

// From the base link to the tip link, with all that is rigid folded into the frames.
struct Chain {
  std::string name, base_link, tip_link;
  std::vector<std::string> joint_names;  // of what drives, in the order of all joint positions
  Joints lower, upper;                   // [rad or m]; both infinite: the joint has no end
  Joints speeds;                         // [rad/s or m/s]; empty: no limits
  std::vector<Motion> motions;           // base to tip
  Frame tip = unmoved;                   // behind the last motion

  // Whether a joint's own motion slides: the first that it drives.
  bool slides(std::size_t joint) const {
    for (const Motion &motion : motions)
      if (motion.joint == joint) return motion.slides;
    return false;
  }
};

namespace checks {

inline void frame(const Frame &frame, const std::string &of) {
  double most = 0.0;
  const Frame product = composed(inverse(frame), frame);
  for (std::size_t k = 0; k < 9; k++) most = std::max(most, std::abs(product[k] - unmoved[k]));
  bool near = true;
  for (std::size_t k = 9; k < 12; k++) near = near && std::abs(frame[k]) <= farthest;
  const double turned = frame[0] * (frame[4] * frame[8] - frame[5] * frame[7]) -
                        frame[1] * (frame[3] * frame[8] - frame[5] * frame[6]) +
                        frame[2] * (frame[3] * frame[7] - frame[4] * frame[6]);
  if (!(most < 1e-6) || !near || !(turned > 0))
    throw InvalidInputError("the frame of " + of +
                            " is no rigid transform; expected a rotation and finite metres");
}

inline void range(const std::string &joint, double lower, double upper) {
  if (!(lower <= upper))
    throw InvalidInputError("joint '" + joint + "' may go from " + text(lower) + " to " +
                            text(upper) + "; expected lower <= upper");
}

// Throw InvalidInputError for what is no arm.
inline void chain(const Chain &chain) {
  const std::size_t joints = chain.joint_names.size(), motions = chain.motions.size();
  if (joints < 1 || motions > 1000 || joints > motions)
    throw InvalidInputError("a chain of " + std::to_string(joints) + " joints and " +
                            std::to_string(motions) +
                            " motions; expected 1 joint or more, and 1 to 1000 motions");
  if (chain.lower.size() != joints || chain.upper.size() != joints ||
      (!chain.speeds.empty() && chain.speeds.size() != joints))
    throw InvalidInputError("the limits of a chain are " + std::to_string(chain.lower.size()) +
                            ", " + std::to_string(chain.upper.size()) + " and " +
                            std::to_string(chain.speeds.size()) + " numbers; expected " +
                            std::to_string(joints) + " each");
  std::vector<bool> moves(joints);
  for (std::size_t k = 0; k < motions; k++) {
    const Motion &motion = chain.motions[k];
    const std::string of = "motion " + std::to_string(k);
    if (motion.joint >= joints)
      throw InvalidInputError(of + " is driven by joint " + std::to_string(motion.joint) +
                              "; expected less than " + std::to_string(joints));
    frame(motion.origin, of);
    const double length = std::hypot(motion.axis[0], motion.axis[1], motion.axis[2]);
    if (!(length > 0) || std::isinf(length))
      throw InvalidInputError(of + " has no axis; expected one of some length");
    if (!std::isfinite(motion.multiplier) || !std::isfinite(motion.offset))
      throw InvalidInputError(of + " follows its joint by what is no number");
    moves[motion.joint] = true;
  }
  frame(chain.tip, "the tip");
  for (std::size_t j = 0; j < joints; j++) {
    if (!moves[j])
      throw InvalidInputError("joint '" + chain.joint_names[j] + "' moves nothing in the chain");
    range(chain.joint_names[j], chain.lower[j], chain.upper[j]);
    if (!chain.speeds.empty() && !(chain.speeds[j] >= 0))
      throw InvalidInputError("joint '" + chain.joint_names[j] + "' has a speed of " +
                              text(chain.speeds[j]) + "; expected 0 or more");
  }
}

}  // namespace checks

}  // namespace learned_ik
