// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Answers requests from a file into a file, for test_cpp.py: which compares with Python's answers.
//
//     judged MODEL MODE REQUESTS ANSWERS      rows of position, quaternion, seed; of status,
//     errors,
//                                             clearance and joint positions; all of them doubles
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "learned_ik/ik.hpp"

using learned_ik::infinity;

namespace {

std::vector<double> answered(const std::shared_ptr<const learned_ik::Model> &model,
                             const std::string &mode, const std::vector<double> &requests) {
  learned_ik::Solver solver(model);
  const std::size_t joints = solver.joint_count(), width = 7 + joints;
  learned_ik::Options options;
  options.timeout = 10.0;
  if (mode == "base" || mode == "path base") {
    options.orientation_tolerance = {1e-6, 1e-6, infinity};
    options.tolerance_axes = learned_ik::ToleranceAxes::base;
  }
  if (mode == "cone" || mode == "path cone") options.orientation_tolerance = {0.2, 0.2, infinity};
  if (mode == "cone of base") {
    options.orientation_tolerance = {0.2, infinity, 0.1};
    options.tolerance_axes = learned_ik::ToleranceAxes::base;
  }
  if (mode == "free") options.orientation_tolerance = {1e-6, 1e-6, infinity};
  if (mode == "middle") options.prefer = learned_ik::Prefer::middle;
  if (mode == "bound") options.max_joint_change = 0.3;
  if (mode == "clear") solver.set_obstacles({{{0.5, 0.3, 0.4}, 0.1}, {{0.3, -0.4, 0.6}, 0.08}});
  const bool seeded = mode != "plain" && mode != "all" && mode.substr(0, 4) != "path";
  std::vector<double> answers;
  const auto add = [&](const learned_ik::Solution &solution) {
    answers.insert(answers.end(), {static_cast<double>(solution.status), solution.position_error,
                                   solution.orientation_error, solution.clearance});
    answers.insert(answers.end(), solution.joint_positions.begin(), solution.joint_positions.end());
  };
  std::vector<learned_ik::Pose> poses;
  for (std::size_t at = 0; at + width <= requests.size(); at += width) {
    const double *row = &requests[at];
    const learned_ik::Pose pose{{row[0], row[1], row[2]}, {row[3], row[4], row[5], row[6]}};
    const learned_ik::Joints seed(row + 7, row + width);
    poses.push_back(pose);
    if (mode == "all") {
      for (const auto &solution : solver.solve_all(pose.position, pose.orientation, 8, {}, options))
        add(solution);
    } else if (mode.substr(0, 4) != "path") {
      add(solver.solve(pose.position, pose.orientation, seeded ? seed : learned_ik::Joints{},
                       options));
    }
  }
  if (mode.substr(0, 4) == "path") {
    learned_ik::Options patient = options;
    patient.timeout = 60.0;
    if (mode == "path clear") solver.set_obstacles({{{0.6, 0.1, 0.3}, 0.15}});
    const learned_ik::PathSolution path = solver.follow(poses, {}, patient);
    for (std::size_t k = 0; k < poses.size(); k++) {
      learned_ik::Solution solution;
      solution.status = path.status[k];
      solution.position_error = path.position_error[k];
      solution.orientation_error = path.orientation_error[k];
      if (!path.clearance.empty()) solution.clearance = path.clearance[k];
      solution.joint_positions = path.joint_positions[k];
      add(solution);
    }
  }
  return answers;
}

// Follow the poses by a tracker, among spheres that move where that is asked for.
std::vector<double> tracked(const std::shared_ptr<const learned_ik::Model> &model,
                            const std::string &mode, const std::vector<double> &requests) {
  learned_ik::Solver solver(model);
  const std::size_t joints = solver.joint_count(), width = 7 + joints;
  learned_ik::TrackerOptions options;
  if (mode == "track base") {
    options.orientation_tolerance = {0.01, 0.01, infinity};
    options.tolerance_axes = learned_ik::ToleranceAxes::base;
  }
  if (mode == "track limited") options.acceleration_limits = learned_ik::Joints(joints, 8.0);
  learned_ik::Tracker tracker(solver, options);
  tracker.reset(learned_ik::Joints(requests.begin() + 7,
                                   requests.begin() + static_cast<std::ptrdiff_t>(width)));
  std::vector<double> answers;
  for (std::size_t k = 0; (k + 1) * width <= requests.size(); k++) {
    const double *row = &requests[k * width];
    if (mode == "track clear" && k % 10 == 0)
      solver.set_obstacles({{{0.6, 0.3 - 0.0005 * static_cast<double>(k), 0.4}, 0.1}});
    const learned_ik::TrackingStep step =
        tracker.update({row[0], row[1], row[2]}, {row[3], row[4], row[5], row[6]}, 1.0 / 72);
    answers.insert(answers.end(), {static_cast<double>(step.status), step.position_error,
                                   step.orientation_error, 0.0});
    answers.insert(answers.end(), step.joint_positions.begin(), step.joint_positions.end());
  }
  return answers;
}

// What is no request is an error that says so, and leaves the solver as it was.
void refuse(const std::shared_ptr<const learned_ik::Model> &model) {
  learned_ik::Solver solver(model);
  const double nan = std::nan("");
  const auto refused = [&](auto call) {
    try {
      call();
    } catch (const learned_ik::InvalidInputError &error) {
      std::cout << error.what() << "\n";
      return;
    }
    throw std::runtime_error("a bad request was taken");
  };
  learned_ik::Options options;
  refused([&] { solver.solve({nan, 0, 0}, {0, 0, 0, 1}); });
  refused([&] { solver.solve({infinity, 0, 0}, {0, 0, 0, 1}); });
  refused([&] { solver.solve({0, 0, 0}, {0, 0, 0, 0}); });
  refused([&] { solver.solve({0, 0, 0}, {0, nan, 0, 0}); });
  refused([&] { solver.solve({0, 0, 0}, {0, 0, 0, 1e-7}); });
  refused([&] { solver.follow({{{0, 0, 0}, {0, 0, 0, 1e-7}}}); });
  solver.solve({0, 0, 0}, {0, 0, 0, 1e200});  // of any length but zero
  refused([&] { solver.solve({0, 0, 0}, {0, 0, 0, 1}, {1.0}); });
  refused([&] {
    solver.solve({0, 0, 0}, {0, 0, 0, 1}, learned_ik::Joints(solver.joint_count(), nan));
  });
  options.timeout = 0.0;
  refused([&] { solver.solve({0, 0, 0}, {0, 0, 0, 1}, {}, options); });
  options = {};
  options.position_tolerance = -1.0;
  refused([&] { solver.solve({0, 0, 0}, {0, 0, 0, 1}, {}, options); });
  options = {};
  options.max_joint_change = 0.1;
  refused([&] { solver.solve({0, 0, 0}, {0, 0, 0, 1}, {}, options); });
  options = {};
  options.prefer = learned_ik::Prefer::posture;
  refused([&] { solver.solve({0, 0, 0}, {0, 0, 0, 1}, {}, options); });
  refused([&] { solver.solve_all({0, 0, 0}, {0, 0, 0, 1}, 0); });
  refused([&] { solver.set_obstacles({{{0, 0, nan}, 0.1}}); });
  refused([&] { solver.set_obstacles({{{0, 0, 0}, -0.1}}); });
  refused([&] { solver.set_obstacles({{{0, 0, 0}, 10.0}}); });
  refused([&] { solver.forward({}); });
  refused([&] { solver.follow({{{0, 0, 0}, {0, 0, 0, 0}}}); });
  refused([&] { learned_ik::Solver(model, solver.upper(), solver.lower()); });
  // Limits of others: narrower ones are kept, infinite ones are the model's own.
  learned_ik::Joints low = solver.lower(), high = solver.upper(), middle(low.size());
  for (std::size_t j = 0; j < low.size(); j++) {
    const double quarter = 0.25 * (high[j] - low[j]);
    low[j] += quarter;
    high[j] -= quarter;
    middle[j] = 0.5 * (low[j] + high[j]);
  }
  learned_ik::Solver narrow(model, low, high);
  const learned_ik::Pose pose = narrow.forward(middle);
  const learned_ik::Solution within = narrow.solve(pose.position, pose.orientation);
  if (!within) throw std::runtime_error(within.message);
  for (std::size_t j = 0; j < low.size(); j++)
    if (within.joint_positions[j] < low[j] || within.joint_positions[j] > high[j])
      throw std::runtime_error("an answer is outside the narrower limits");
  const learned_ik::Joints endless(low.size(), infinity), least(low.size(), -infinity);
  if (learned_ik::Solver(model, least, endless)
          .solve(pose.position, pose.orientation)
          .joint_positions != solver.solve(pose.position, pose.orientation).joint_positions)
    throw std::runtime_error("limits that are none have changed an answer");
  learned_ik::TrackerOptions tracking;
  tracking.velocity_limits = learned_ik::Joints(solver.joint_count(), -1.0);
  refused([&] { learned_ik::Tracker(solver, tracking); });
  learned_ik::Tracker tracker(solver);
  refused([&] { tracker.update({0, 0, 0}, {0, 0, 0, 1}, nan); });
  refused([&] { tracker.reset({}); });
  std::cout << tracker.update({nan, 0, 0}, {0, 0, 0, 1}, 0.01).message << "\n";
}

}  // namespace

int main(int count, char **words) {
  try {
    const auto model = learned_ik::Model::load(count > 1 ? words[1] : "");
    const std::string mode = count > 2 ? words[2] : "load";
    if (mode == "load") return 0;
    if (mode == "refuse") return refuse(model), 0;
    std::ifstream file(words[3], std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    std::vector<double> requests(bytes.size() / sizeof(double));
    std::memcpy(requests.data(), bytes.data(), requests.size() * sizeof(double));
    std::vector<double> answers, others;
    const auto answer = mode.substr(0, 5) == "track" ? tracked : answered;
    std::thread other([&] { others = answer(model, mode, requests); });
    answers = answer(model, mode, requests);
    other.join();
    if (std::memcmp(answers.data(), others.data(), answers.size() * sizeof(double)) != 0)
      throw std::runtime_error("two threads got different answers");
    std::ofstream(words[4], std::ios::binary)
        .write(reinterpret_cast<const char *>(answers.data()),
               static_cast<std::streamsize>(answers.size() * sizeof(double)));
  } catch (const learned_ik::Error &error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
  return 0;
}
