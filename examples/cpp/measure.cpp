// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// How long an answer takes: from the last answer, a millimetre or two away, and of random poses.
//
//     build/measure tiago.ik
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "learned_ik/ik.hpp"

using Clock = std::chrono::steady_clock;

namespace {

void tell(const char *what, std::vector<double> &times, int solved) {
  std::sort(times.begin(), times.end());
  std::printf("%-28s median %6.2f us   p99 %6.2f us   %d of %zu solved\n", what,
              times[times.size() / 2], times[times.size() * 99 / 100], solved, times.size());
}

double microseconds_since(Clock::time_point began) {
  return std::chrono::duration<double, std::micro>(Clock::now() - began).count();
}

}  // namespace

int main(int count, char **words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s MODEL.ik\n", words[0]);
    return 2;
  }
  std::shared_ptr<const learned_ik::Model> model;
  try {
    model = learned_ik::Model::load(words[1]);
  } catch (const learned_ik::Error &error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
  learned_ik::Solver solver(model);
  std::mt19937_64 random(0);
  learned_ik::Joints q(solver.joint_count());
  const auto sample = [&] {
    for (std::size_t j = 0; j < q.size(); j++)
      q[j] = solver.lower()[j] + (solver.upper()[j] - solver.lower()[j]) *
                                     (static_cast<double>(random() >> 11) * 0x1p-53);
    return solver.forward(q);
  };
  std::vector<double> times;
  int solved = 0;
  for (int k = 0; k < 20000; k++) {
    const learned_ik::Pose pose = sample();
    const Clock::time_point began = Clock::now();
    const auto solution = solver.solve(pose.position, pose.orientation);
    times.push_back(microseconds_since(began));
    solved += static_cast<bool>(solution);
  }
  tell("random reachable poses", times, solved);
  times.clear();
  solved = 0;
  learned_ik::Options options;
  options.prefer = learned_ik::Prefer::first;  // so near to the seed, the first is the nearest
  for (std::size_t j = 0; j < q.size(); j++) q[j] = 0.5 * (solver.lower()[j] + solver.upper()[j]);
  learned_ik::Joints last = q;
  for (int k = 0; k < 20000; k++) {
    for (std::size_t j = 0; j < q.size(); j++)
      q[j] = 0.5 * (solver.lower()[j] + solver.upper()[j]) +
             0.2 * std::sin(0.004 * k * (1.0 + 0.3 * static_cast<double>(j)));
    const learned_ik::Pose pose = solver.forward(q);
    const Clock::time_point began = Clock::now();
    const auto solution = solver.solve(pose.position, pose.orientation, last, options);
    times.push_back(microseconds_since(began));
    solved += static_cast<bool>(solution);
    if (solution) last = solution.joint_positions;
  }
  tell("following, from the last", times, solved);
  return 0;
}
