// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Every "why not", in words. As solving/explain.py.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "learned_ik/solver.hpp"

namespace learned_ik {

inline std::string Solver::why_not_reached(Status status) {
  const bool near_seed = arm_.request[LEARNED_IK_LARGEST_CHANGE] < infinity;
  const bool alone = !near_seed && reaches_position(LEARNED_IK_ENOUGH_RESTARTS);
  const std::string residual =
      "the nearest try misses it by " +
      checks::apart(field(LEARNED_IK_POSITION_ERROR), field(LEARNED_IK_ORIENTATION_ERROR)) +
      at_limits(arm_.solution());
  const std::string tries = std::to_string(static_cast<int>(field(LEARNED_IK_ATTEMPTS)));
  const char *reached = alone ? ", the position alone can be reached" : "";
  if (status == Status::timed_out)
    return std::string("not found") + (near_seed ? " near enough to the seed" : "") + " in " +
           tries + " tries" + reached +
           ", and the time was over before the search was: " + residual;
  if (field(LEARNED_IK_BEYOND_REACH) > 0)
    return "the pose is out of reach, " + checks::text(1e3 * field(LEARNED_IK_BEYOND_REACH)) +
           " mm beyond the stretched arm: " + residual;
  if (near_seed) return "not found near enough to the seed: " + residual;
  if (alone) return std::string("not found") + reached + ": " + residual;
  return "out of reach, no joint positions within the limits reach the pose: " + residual;
}

inline std::string Solver::at_limits(const double *posture) const {
  std::string names;
  for (std::size_t j = 0; j < arm_.joints; j++) {
    const double q = posture[j];
    if (lower_[j] < upper_[j] && (q <= lower_[j] || q >= upper_[j]))
      names += (names.empty() ? ", with " : ", ") + model().joint_names()[j];
  }
  return names.empty() ? names : names + " at the limit";
}

inline Status Solver::in_collision(std::string &message) {
  message = "the pose can be reached, but nothing found keeps clear: at the best, " +
            closest(request_.scene, arm_.solution());
  return Status::goal_in_collision;
}

// Say in a few words what is too near at a posture.
inline std::string Solver::closest(const Scene &scene, const double *q) {
  std::array<double, 2> nearest{};
  const double clearance = arm_.clearance(scene, q, &nearest);
  if (std::isnan(nearest[0])) return "nothing is near";
  const auto link = [&](double capsule) {
    return "'" + model().body_links()[static_cast<std::size_t>(capsule)] + "'";
  };
  return link(nearest[0]) + " is " + checks::text(1e3 * clearance) + " mm from " +
         (nearest[1] < 0 ? "obstacle " + std::to_string(static_cast<int>(-1 - nearest[1]))
                         : link(nearest[1]));
}

inline std::string Solver::moved_seed(const std::string &message) {
  const double *low = arm_.packed.section(LEARNED_IK_BOUND_LOW);
  const double *high = arm_.packed.section(LEARNED_IK_BOUND_HIGH);
  std::string told = "the seed lies outside the limits and was moved to them";
  for (std::size_t j = 0; j < arm_.joints; j++) {
    const double q = arm_.seed()[j];
    if (q < low[j] || q > high[j])
      told += ", " + model().joint_names()[j] + " from " + checks::text(q) + " to " +
              checks::text(std::min(std::max(q, low[j]), high[j]));
  }
  return message.empty() ? told : told + ": " + message;
}

}  // namespace learned_ik
