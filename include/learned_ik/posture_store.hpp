// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Postures all over the joint ranges, sorted by where their tip lies: among obstacles, a search
// begins at those whose tip is near the target. As `make_store` of solving/avoidance.py.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "learned_ik/aligned.hpp"
#include "learned_ik/model.hpp"

namespace learned_ik {

struct PostureStore {
  static constexpr std::int64_t count = 100000;
  static constexpr double cells_per_axis = 24.0;
  static constexpr double farthest = 1e6;  // [rad or m], of limits that stand for none

  Aligned<double> postures;  // (count, joints) [rad or m]
  Aligned<double> tips;      // (count, 12), rotation row by row, position [m]
  Aligned<std::int64_t> begins;
  std::array<double, LEARNED_IK_GRID> grid{};  // corner, edge [m], cells along x y z

  // The same model always gets the same store.
  explicit PostureStore(const PackedModel &model) {
    const std::int64_t joints = model.layout[LEARNED_IK_JOINTS];
    const auto n = static_cast<std::size_t>(count), j = static_cast<std::size_t>(joints);
    Aligned<double> q(n * j), tip(12 * n);
    std::mt19937_64 random(0);  // whose numbers the standard fixes, other than distributions'
    const double *low = model.section(LEARNED_IK_LOWER), *high = model.section(LEARNED_IK_UPPER);
    for (std::size_t k = 0; k < q.size(); k++) {
      const double share = static_cast<double>(random() >> 11) * 0x1p-53;
      const double from = std::clamp(low[k % j], -farthest, farthest);
      const double to = std::clamp(high[k % j], -farthest, farthest);
      q[k] = from + share * (to - from);
    }
    Aligned<double> numbers(static_cast<std::size_t>(model.layout[LEARNED_IK_END_OF_NUMBERS]));
    learned_ik_forward_many(model.layout.data(), static_cast<std::int64_t>(model.layout.size()),
                            model.robot.data(), static_cast<std::int64_t>(model.robot.size()),
                            model.weights.data(), static_cast<std::int64_t>(model.weights.size()),
                            numbers.data(), static_cast<std::int64_t>(numbers.size()), q.data(),
                            count, joints, tip.data(), count, 12);
    sort(q, tip, j);
  }

 private:
  void sort(const Aligned<double> &q, const Aligned<double> &tip, std::size_t joints) {
    std::array<double, 3> least, most;
    least.fill(1e300);
    most.fill(-1e300);
    const auto n = static_cast<std::size_t>(count);
    for (std::size_t k = 0; k < n; k++)
      for (std::size_t axis = 0; axis < 3; axis++) {
        least[axis] = std::min(least[axis], tip[12 * k + 9 + axis]);
        most[axis] = std::max(most[axis], tip[12 * k + 9 + axis]);
      }
    double edge = 1e-6;
    for (std::size_t axis = 0; axis < 3; axis++)
      edge = std::max(edge, (most[axis] - least[axis]) / cells_per_axis);
    std::array<std::size_t, 3> cells;
    for (std::size_t axis = 0; axis < 3; axis++) {
      cells[axis] = static_cast<std::size_t>((most[axis] - least[axis]) / edge) + 1;
      grid[axis] = least[axis];
      grid[4 + axis] = static_cast<double>(cells[axis]);
    }
    grid[3] = edge;
    std::vector<std::size_t> cell(n), order(n);
    for (std::size_t k = 0; k < n; k++) {
      cell[k] = 0;
      for (std::size_t axis = 0; axis < 3; axis++) {
        const double at = (tip[12 * k + 9 + axis] - least[axis]) / edge;
        cell[k] = cell[k] * cells[axis] + static_cast<std::size_t>(at);
      }
    }
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return cell[a] < cell[b]; });
    begins.assign(cells[0] * cells[1] * cells[2] + 1, 0);
    for (const std::size_t each : cell) begins[each + 1]++;
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    postures.resize(q.size());
    tips.resize(tip.size());
    for (std::size_t k = 0; k < n; k++) {
      std::copy_n(&q[order[k] * joints], joints, &postures[k * joints]);
      std::copy_n(&tip[order[k] * 12], 12, &tips[k * 12]);
    }
  }
};

}  // namespace learned_ik
