// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Several solutions of one pose, as different as possible. As solving/variety.py.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "learned_ik/solver.hpp"

namespace learned_ik {

inline std::vector<Solution> Solver::solve_all(const Position &position,
                                               const Quaternion &orientation, std::size_t limit,
                                               const Joints &seed, Options options) {
  const Clock::time_point began = Clock::now();
  options.prefer = Prefer::first;
  const Scene scene = this->scene(options.avoid_collisions, options.min_clearance);
  if (limit < 1 || limit > 4096)
    throw InvalidInputError("limit is " + std::to_string(limit) + "; expected 1 up to 4096");
  const Solution first = solve_in(nothing_known, position, orientation, seed, options);
  if (!first) return {};
  std::vector<Joints> candidates = distinct(seed, options, (scene.avoids ? 4 : 1) * limit,
                                            began + in_seconds(options.timeout / 2));
  if (candidates.empty()) candidates.push_back(first.joint_positions);
  std::vector<Solution> found;
  for (const Joints &q : candidates) {
    if (found.size() == limit || (!found.empty() && late(began, options.timeout))) break;
    const Solution each = from_seed(scene, position, orientation, q, options);
    if (each && is_distinct(found, each)) found.push_back(each);
  }
  if (found.empty()) {
    const Solution each = solve(position, orientation, seed, options);
    if (each) found.push_back(each);
  }
  for (Solution &each : found) {
    each.seed_distance = seed.empty() ? std::nan("") : distance(each.joint_positions, seed);
    each.solve_time = seconds_since(began);
  }
  return found;
}

inline Solution Solver::from_seed(const Scene &scene, const Position &position,
                                  const Quaternion &orientation, const Joints &q,
                                  const Options &options) {
  const Clock::time_point began = Clock::now();
  read(position, orientation, q, options);
  request_ = {true, {options.position_tolerance, freedom(options).strictest}, false, scene};
  look(scene.avoids, 0, 1);
  const bool found = field(LEARNED_IK_CODE) == LEARNED_IK_FOUND;
  Solution solution =
      this->solution(found ? Status::success : Status::no_solution, began, std::string());
  if (scene.known && !scene.avoids)
    solution.clearance = arm_.clearance(scene, solution.joint_positions.data());
  return solution;
}

inline bool Solver::is_distinct(const std::vector<Solution> &found, const Solution &solution) {
  return std::all_of(found.begin(), found.end(), [&](const Solution &each) {
    return farthest(each.joint_positions, solution.joint_positions) > distinct_by;
  });
}

// Return solutions of the pose in the request, as `distinct_solutions` of solving/variety.py.
inline std::vector<Joints> Solver::distinct(const Joints &seed, const Options &options,
                                            std::size_t limit, Clock::time_point deadline) {
  std::array<double, 7> pose{};
  std::copy_n(arm_.request.data(), 7, pose.begin());
  std::array<double, 12> target = Arm::target(pose);
  Demand demand = Solver::demand(options, infinity);
  const std::size_t capacity = 4 * limit;
  Aligned<double> pool(capacity * arm_.joints), dexterities(capacity);
  Joints about = seed.empty() ? mid_range() : seed;
  const std::int64_t attempts =
      arm_.heads + std::max<std::int64_t>(64, 8 * static_cast<std::int64_t>(limit));
  std::int64_t first = 0, count = 0;
  while (first < attempts && count < static_cast<std::int64_t>(capacity) &&
         (first == 0 || Clock::now() < deadline)) {
    const std::int64_t last =
        std::min(std::max(first, arm_.heads) + LEARNED_IK_ENOUGH_RESTARTS, attempts);
    count = arm_.gather(target, about, demand, first, last, pool, dexterities, count);
    first = last;
  }
  std::vector<std::pair<double, Joints>> found;  // cost, joints
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); k++) {
    const Joints q(&pool[k * arm_.joints], &pool[k * arm_.joints] + arm_.joints);
    found.emplace_back(seed.empty() ? -dexterities[k] : distance(q, seed), q);
  }
  const auto cheaper = [](const auto &a, const auto &b) { return a.first < b.first; };
  std::stable_sort(found.begin(), found.end(), cheaper);
  spread(found, limit);
  std::stable_sort(found.begin(), found.end(), cheaper);
  std::vector<Joints> solutions;
  for (const auto &each : found) solutions.push_back(each.second);
  return solutions;
}

// Keep the first, then ever the farthest from those that are kept.
inline void Solver::spread(std::vector<std::pair<double, Joints>> &points, std::size_t limit) {
  std::vector<double> gaps(points.size(), infinity);
  for (std::size_t kept = 1; kept < std::min(limit, points.size()); kept++) {
    std::size_t farthest = kept;
    for (std::size_t k = kept; k < points.size(); k++) {
      gaps[k] = std::min(gaps[k], distance(points[k].second, points[kept - 1].second));
      if (gaps[k] > gaps[farthest]) farthest = k;
    }
    std::swap(points[kept], points[farthest]);
    std::swap(gaps[kept], gaps[farthest]);
  }
  if (points.size() > limit) points.resize(limit);
}

}  // namespace learned_ik
