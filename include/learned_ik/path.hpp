// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// One joint path through many poses: each answer is where the next refinement begins, from one
// start after the other until one leads to the end. Python's ladder graph, which comes after
// those, is not ported: where only it finds a way, this path has a jump.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "learned_ik/solver.hpp"

namespace learned_ik {

inline PathSolution Solver::follow(const std::vector<Pose> &poses, const Joints &start,
                                   const Options &options, double jump) {
  const Clock::time_point began = Clock::now();
  if (!(jump > 0))
    throw InvalidInputError("jump is " + checks::text(jump) + "; expected above 0");
  if (!start.empty()) checks::joints(start, arm_.joints, "start");
  const std::size_t n = poses.size(), joints = arm_.joints;
  const auto rows = static_cast<std::int64_t>(n), columns = static_cast<std::int64_t>(joints);
  PathSolution path;
  path.status.assign(n, Status::success);
  Aligned<double> given(7 * n), targets(12 * n);
  for (std::size_t k = 0; k < n; k++) {
    checks::position(poses[k].position);
    checks::orientation(poses[k].orientation);
    std::copy(poses[k].position.begin(), poses[k].position.end(), &given[7 * k]);
    std::copy(poses[k].orientation.begin(), poses[k].orientation.end(), &given[7 * k + 3]);
  }
  if (n == 0) return path;
  Arm::expect_fit(learned_ik_read_targets(given.data(), rows, 7, targets.data(), rows, 12));
  Options one = options;  // of a single pose: bounded work, whatever the clock says
  one.timeout = infinity;
  one.avoid_collisions = false;
  one.max_joint_change = infinity;
  one.prefer = Prefer::by_seed;
  Aligned<double> q(n * joints), errors(2 * n), trial(n * joints), trial_errors(2 * n);
  std::array<double, 6> demand{};
  const PackedModel &packed = arm_.packed;
  const auto track = [&](std::size_t begin, const std::vector<Joints> &starts, std::size_t reached,
                         bool coasts) {
    std::int64_t end = 0;
    Aligned<double> from(starts.size() * joints);
    for (std::size_t k = 0; k < starts.size(); k++)
      std::copy(starts[k].begin(), starts[k].end(), &from[k * joints]);
    Arm::expect_fit(learned_ik_track_first_that_holds(
        &end, packed.layout.data(), Arm::size(packed.layout), packed.robot.data(),
        Arm::size(packed.robot), packed.weights.data(), Arm::size(packed.weights),
        arm_.numbers.data(), Arm::size(arm_.numbers), targets.data(), rows, 12,
        static_cast<std::int64_t>(begin), rows, from.data(),
        static_cast<std::int64_t>(starts.size()), columns, demand.data(), 6, trial.data(), rows,
        columns, trial_errors.data(), rows, 2, q.data(), rows, columns, errors.data(), rows, 2,
        static_cast<std::int64_t>(reached), coasts));
    return static_cast<std::size_t>(end);
  };
  std::string reasons;
  const auto tell = [&](std::size_t pose, const std::string &why) {
    if (reasons.empty()) reasons = "pose " + std::to_string(pose) + ": " + why;
  };
  Joints last = start;
  std::size_t begin = 0;
  while (begin < n) {
    const Solution first = solve(poses[begin].position, poses[begin].orientation, last, one);
    if (!first || late(began, options.timeout)) {
      path.status[begin] = first ? Status::timed_out : first.status;
      std::copy(first.joint_positions.begin(), first.joint_positions.end(), &q[begin * joints]);
      errors[2 * begin] = first.position_error;
      errors[2 * begin + 1] = first.orientation_error;
      tell(begin, first ? "the time was over before the path was" : first.message);
      begin++;
      continue;
    }
    for (std::size_t axis = 0; axis < 3; axis++)
      demand[3 + axis] = arm_.request[LEARNED_IK_FREE_AXES + axis];
    demand[0] = one.position_tolerance;
    demand[1] = strictest(one);
    demand[2] = jump;
    std::vector<Joints> starts{first.joint_positions};
    std::size_t end = track(begin, starts, begin, false);
    if (end < n && !late(began, options.timeout)) {
      // Whether another start may lead on: the pose behind may be out of reach.
      const Joints before(&q[(end - 1) * joints], &q[(end - 1) * joints] + joints);
      const bool passable =
          static_cast<bool>(solve(poses[end].position, poses[end].orientation, before, one));
      if (passable) {
        read(poses[begin].position, poses[begin].orientation, last, one);
        std::vector<Joints> others =
            distinct(last, one, 64, began + in_seconds(options.timeout));
        end = track(begin, others, end, false);
        if (end < n && !late(began, options.timeout)) end = track(begin, others, end, true);
      }
    }
    last.assign(&q[(end - 1) * joints], &q[(end - 1) * joints] + joints);
    begin = end;
  }
  for (std::size_t k = 0; k < n; k++) {
    path.joint_positions.emplace_back(&q[k * joints], &q[k * joints] + joints);
    path.position_error.push_back(errors[2 * k]);
    path.orientation_error.push_back(errors[2 * k + 1]);
    if (path.status[k] != Status::success) {
      path.failures.push_back(k);
    } else if (k > 0 && path.status[k - 1] == Status::success &&
               farthest(path.joint_positions[k], path.joint_positions[k - 1]) > jump) {
      path.jumps.push_back(k);
      tell(k, "a joint jumps by " +
                  checks::text(farthest(path.joint_positions[k], path.joint_positions[k - 1])) +
                  " before it: no start leads across");
    }
  }
  path.solve_time = seconds_since(began);
  path.message = reasons;
  return path;
}

}  // namespace learned_ik
