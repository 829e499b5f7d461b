// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// A pose, solved from C++; then a stream of poses, and obstacles.
//
//     learned_ik export models/tiago_arm.safetensors --native tiago.ik
//     build/solve tiago.ik
#include <cstdio>

#include "learned_ik/ik.hpp"

int main(int count, char **words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s MODEL.ik\n", words[0]);
    return 2;
  }
  try {
    const auto model = learned_ik::Model::load(words[1]);  // shared by all threads
    learned_ik::Solver solver(model);                      // one for each

    // Any reachable pose will do: here that of some joint positions.
    learned_ik::Joints q = solver.lower();
    for (std::size_t j = 0; j < q.size(); j++) q[j] += 0.4 * (solver.upper()[j] - q[j]);
    learned_ik::Pose pose = solver.forward(q);
    learned_ik::Solution solution = solver.solve(pose.position, pose.orientation);
    if (!solution) {
      std::printf("no solution: %s\n", solution.message.c_str());
      return 1;
    }
    for (std::size_t j = 0; j < q.size(); j++)
      std::printf("%-16s %9.5f\n", model->joint_names()[j].c_str(), solution.joint_positions[j]);
    std::printf("within %.2g m and %.2g rad\n", solution.position_error,
                solution.orientation_error);

    // Each answer is the seed of the next: the arm stays on its branch.
    for (int step = 0; step < 20; step++) {
      pose.position[2] += 0.002;
      const learned_ik::Solution next =
          solver.solve(pose.position, pose.orientation, solution.joint_positions);
      if (!next) {
        std::printf("step %d: %s\n", step, next.message.c_str());
        break;
      }
      solution = next;
    }

    // With an obstacle where the tip is not: the whole arm keeps clear of it, and of itself.
    solver.set_obstacles({{{pose.position[0], pose.position[1] + 0.25, pose.position[2]}, 0.05}});
    const learned_ik::Solution clear = solver.solve(pose.position, pose.orientation);
    if (clear)
      std::printf("%.0f mm clear of everything\n", 1e3 * clear.clearance);
    else
      std::printf("not clear: %s\n", clear.message.c_str());
  } catch (const learned_ik::Error &error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
  return 0;
}
