// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// What MoveIt asks of a kinematics plugin, answered by a learned_ik::Solver. No MoveIt here.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "learned_ik_moveit/robot_tree.hpp"

namespace learned_ik_moveit {

// Whose arm is solved: all of a group.
struct Group {
  std::string name, base_link, tip_link;
  std::vector<std::string> joints;  // revolute and prismatic, those that mimic others too: the
                                    // order of all joint positions
};

struct Precision {
  double position = 1e-6;     // [m]
  double orientation = 1e-6;  // [rad]
};

// One question of MoveIt's.
struct Question {
  learned_ik::Pose pose;            // of the tip link in the base link
  std::vector<double> seed;         // [rad or m], one for each of the group's joints
  double timeout = 0.05;            // [s]
  std::vector<double> consistency;  // [rad or m], how far each joint may be from its seed; empty:
                                    // any way
  std::vector<std::size_t> locked;  // joints that stay where the seed has them
  bool approximate = false;         // whether the nearest try will do
  std::function<bool(const std::vector<double> &)> accept;  // what else an answer has to be; none:
                                                            // nothing
};

enum class Result { solved, timed_out, out_of_reach, refused, bad_seed };

struct Answer {
  Result result = Result::out_of_reach;
  std::vector<double> joints;  // [rad or m], of the group; empty unless solved
  std::string message;         // why not
};

// Solves for one group. Safe to use from several threads.
class GroupSolver {
 public:
  // Describe the arm of a group, with the network of `trained` where it fits; see `network_note`.
  //
  // Throws InvalidInputError for a group that is no arm, or whose bounds exclude everything.
  GroupSolver(const RobotTree &tree, Group group,
              const std::shared_ptr<const learned_ik::Model> &trained = nullptr,
              Precision precision = {}, double calibration = 0.01)
      : group_(std::move(group)), precision_(precision) {
    learned_ik::Chain chain = arm_between(tree, group_.base_link, group_.tip_link, group_.joints);
    chain.name = group_.name;
    if (trained != nullptr) {
      network_note_ = why_not_used(tree, *trained, trained, calibration);
      if (network_note_.empty()) {
        learned_ik::packing::Mounting mounting;
        mounting.base = *rigidly(tree, group_.base_link, trained->base_link());
        mounting.tip = *rigidly(tree, trained->tip_link(), group_.tip_link);
        model_ = learned_ik::Model::of(chain, *trained, mounting);
      }
    }
    if (model_ == nullptr) model_ = learned_ik::Model::of(chain);
    map_joints(tree, chain);
    reserve_.push_back(std::make_unique<learned_ik::Solver>(model_));
    lower_ = bounds(reserve_.back()->lower(), chain.lower);
    upper_ = bounds(reserve_.back()->upper(), chain.upper);
  }

  const Group &group() const { return group_; }
  bool has_network() const { return model_->heads() > 0; }
  // Why the network is not used; empty: it is, or none was given.
  const std::string &network_note() const { return network_note_; }
  const learned_ik::Model &model() const { return *model_; }

  // Find joint positions of the group: the nearest to the seed, or where those are not accepted,
  // others, until the time is over.
  Answer solve(const Question &question) const {
    const Clock::time_point began = Clock::now();
    Answer answer;
    const std::string wrong = wrong_seed(question);
    if (!wrong.empty()) return {Result::bad_seed, {}, wrong};
    const Borrowed borrowed(*this);
    learned_ik::Solver &solver = *borrowed.solver;
    const learned_ik::Joints asked = of_chain(question.seed);
    if (!bound(solver, question, asked))
      return {Result::out_of_reach, {}, "the consistency limits leave no way within the bounds"};
    const learned_ik::Joints seed = within_limits(solver, asked);
    learned_ik::Options options = this->options(remaining(began, question.timeout));
    const learned_ik::Solution first =
        solver.solve(question.pose.position, question.pose.orientation, seed, options);
    if (!first && !question.approximate) {
      const bool late = first.status == learned_ik::Status::timed_out;
      return {late ? Result::timed_out : Result::out_of_reach, {}, first.message};
    }
    if (accepted(question, first.joint_positions, answer)) return answer;
    if (first) try_others(solver, question, seed, first, began, answer);
    if (answer.result != Result::solved)
      answer = {Result::refused, {}, "what reaches the pose was not accepted"};
    return answer;
  }

  // Return distinct solutions of the group, the nearest to the seed first.
  std::vector<std::vector<double>> solve_all(const Question &question, std::size_t limit) const {
    if (!wrong_seed(question).empty()) return {};
    const Borrowed borrowed(*this);
    learned_ik::Solver &solver = *borrowed.solver;
    const learned_ik::Joints asked = of_chain(question.seed);
    if (!bound(solver, question, asked)) return {};
    std::vector<std::vector<double>> all;
    for (const learned_ik::Solution &each :
         solver.solve_all(question.pose.position, question.pose.orientation, limit,
                          within_limits(solver, asked), options(question.timeout)))
      all.push_back(of_group(each.joint_positions, question.seed));
    return all;
  }

  // Return where the tip is at joint positions of the group.
  learned_ik::Pose forward(const std::vector<double> &joints) const {
    const Borrowed borrowed(*this);
    return borrowed.solver->forward(of_chain(joints));
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t at_once = 16;       // solutions that are looked for together
  static constexpr double distinct_by = 0.05;      // [rad or m]
  static constexpr std::size_t most_tried = 4096;  // that are told apart

  // One joint of the group: a joint of the chain, one that mimics it, or one beside the arm.
  struct Place {
    int joint = -1;
    double multiplier = 1.0, offset = 0.0;
  };

  // A solver of this thread, given back at the end.
  struct Borrowed {
    explicit Borrowed(const GroupSolver &from) : owner(from) {
      const std::lock_guard<std::mutex> lock(owner.mutex_);
      if (!owner.reserve_.empty()) {
        solver = std::move(owner.reserve_.back());
        owner.reserve_.pop_back();
      } else {
        solver = std::make_unique<learned_ik::Solver>(owner.model_);
      }
    }
    ~Borrowed() {
      const std::lock_guard<std::mutex> lock(owner.mutex_);
      owner.reserve_.push_back(std::move(solver));
    }
    Borrowed(const Borrowed &) = delete;
    Borrowed &operator=(const Borrowed &) = delete;
    const GroupSolver &owner;
    std::unique_ptr<learned_ik::Solver> solver;
  };

  Group group_;
  Precision precision_;
  std::shared_ptr<const learned_ik::Model> model_;
  std::string network_note_;
  std::vector<Place> places_;         // one for each of the group's joints
  std::vector<std::size_t> drivers_;  // of each joint of the chain, its number in the group
  learned_ik::Joints lower_, upper_;  // [rad or m], as the RobotModel has them
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<learned_ik::Solver>> reserve_;

  std::string why_not_used(const RobotTree &tree, const learned_ik::Model &trained,
                           const std::shared_ptr<const learned_ik::Model> &shared,
                           double calibration) const {
    for (const std::string &link : {trained.base_link(), trained.tip_link()})
      if (!has_link(tree, link)) return "the robot has no link '" + link + "', as the model has";
    if (!rigidly(tree, group_.base_link, trained.base_link()))
      return "'" + group_.base_link + "' is not rigidly tied to the model's base '" +
             trained.base_link() + "'";
    if (!rigidly(tree, trained.tip_link(), group_.tip_link))
      return "'" + group_.tip_link + "' is not rigidly tied to the model's tip '" +
             trained.tip_link() + "'";
    try {
      const auto robot = learned_ik::Model::of(
          arm_between(tree, trained.base_link(), trained.tip_link(), group_.joints));
      return difference(shared, robot, calibration);
    } catch (const learned_ik::InvalidInputError &error) {
      return error.what();
    }
  }

  void map_joints(const RobotTree &tree, const learned_ik::Chain &chain) {
    std::map<std::string, int> numbers;
    for (std::size_t j = 0; j < chain.joint_names.size(); j++)
      numbers[chain.joint_names[j]] = static_cast<int>(j);
    drivers_.resize(chain.joint_names.size());
    for (std::size_t k = 0; k < group_.joints.size(); k++) {
      Place place;
      const std::string &name = group_.joints[k];
      if (numbers.count(name) > 0) {
        place.joint = numbers[name];
        drivers_[static_cast<std::size_t>(place.joint)] = k;
      }
      for (const auto &each : tree)
        if (each.second.name == name && numbers.count(each.second.mimics) > 0)
          place = {numbers[each.second.mimics], each.second.multiplier, each.second.offset};
      places_.push_back(place);
    }
  }

  static learned_ik::Joints bounds(learned_ik::Joints solvers, const learned_ik::Joints &robots) {
    for (std::size_t j = 0; j < solvers.size(); j++)
      if (std::isinf(robots[j])) solvers[j] = robots[j];
    return solvers;
  }

  std::string wrong_seed(const Question &question) const {
    const std::size_t joints = group_.joints.size();
    if (question.seed.size() != joints)
      return "the seed has " + std::to_string(question.seed.size()) + " values; expected " +
             std::to_string(joints);
    if (!question.consistency.empty() && question.consistency.size() != joints)
      return "there are " + std::to_string(question.consistency.size()) +
             " consistency limits; expected " + std::to_string(joints);
    for (std::size_t k = 0; k < joints; k++)
      if (!(std::abs(question.seed[k]) <= learned_ik::checks::farthest))
        return "the seed of joint '" + group_.joints[k] + "' is " +
               learned_ik::checks::text(question.seed[k]) + "; expected a finite number";
    for (const double limit : question.consistency)
      if (!(limit >= 0)) return "a consistency limit is below 0, or none";
    return {};
  }

  learned_ik::Joints of_chain(const std::vector<double> &group) const {
    learned_ik::Joints chain(drivers_.size());
    for (std::size_t j = 0; j < chain.size(); j++) chain[j] = group[drivers_[j]];
    return chain;
  }

  std::vector<double> of_group(const learned_ik::Joints &chain,
                               const std::vector<double> &seed) const {
    std::vector<double> group = seed;  // what is beside the arm stays
    for (std::size_t k = 0; k < group.size(); k++)
      if (places_[k].joint >= 0)
        group[k] = places_[k].multiplier * chain[static_cast<std::size_t>(places_[k].joint)] +
                   places_[k].offset;
    return group;
  }

  // Keep a solver to the bounds, and near the seed where that is asked for; say if there is a way.
  bool bound(learned_ik::Solver &solver, const Question &question,
             const learned_ik::Joints &seed) const {
    learned_ik::Joints lower = lower_, upper = upper_;
    const auto keep_near = [&](std::size_t j, double far) {
      lower[j] = std::max(lower[j], seed[j] - far);
      upper[j] = std::min(upper[j], seed[j] + far);
    };
    if (!question.consistency.empty())
      for (std::size_t k = 0; k < places_.size(); k++) {
        const double multiplier = std::abs(places_[k].multiplier);
        if (places_[k].joint < 0 || multiplier == 0) continue;
        keep_near(static_cast<std::size_t>(places_[k].joint), question.consistency[k] / multiplier);
      }
    for (const std::size_t k : question.locked)
      if (k < places_.size() && places_[k].joint >= 0)
        keep_near(static_cast<std::size_t>(places_[k].joint), 0.0);
    for (std::size_t j = 0; j < lower.size(); j++)
      if (!(lower[j] <= upper[j])) return false;
    solver.set_limits(lower, upper);
    return true;
  }

  // A seed beyond a limit is moved to it: answers are within bounds, always.
  static learned_ik::Joints within_limits(const learned_ik::Solver &solver,
                                          learned_ik::Joints seed) {
    for (std::size_t j = 0; j < seed.size(); j++)
      if (!solver.is_endless(j))
        seed[j] = std::min(std::max(seed[j], solver.lower()[j]), solver.upper()[j]);
    return seed;
  }

  learned_ik::Options options(double timeout) const {
    learned_ik::Options options;
    options.position_tolerance = precision_.position;
    options.orientation_tolerance.fill(precision_.orientation);
    options.timeout = timeout;
    return options;
  }

  static double remaining(Clock::time_point began, double timeout) {
    const double passed = std::chrono::duration<double>(Clock::now() - began).count();
    return std::max(timeout - passed, 1e-9);
  }

  bool accepted(const Question &question, const learned_ik::Joints &joints, Answer &answer) const {
    std::vector<double> group = of_group(joints, question.seed);
    if (question.accept && !question.accept(group)) return false;
    answer = {Result::solved, std::move(group), {}};
    return true;
  }

  // Ask of one solution after the other: several from all over, then what restarts find.
  void try_others(learned_ik::Solver &solver, const Question &question,
                  const learned_ik::Joints &seed, const learned_ik::Solution &first,
                  Clock::time_point began, Answer &answer) const {
    std::vector<learned_ik::Joints> tried{first.joint_positions};
    const auto is_new = [&](const learned_ik::Joints &joints) {
      return std::all_of(tried.begin(), tried.end(), [&](const learned_ik::Joints &each) {
        double most = 0.0;
        for (std::size_t j = 0; j < each.size(); j++)
          most = std::max(most, std::abs(each[j] - joints[j]));
        return most > distinct_by;
      });
    };
    const auto taken = [&](const learned_ik::Solution &solution) {
      if (!solution || !is_new(solution.joint_positions)) return false;
      if (tried.size() < most_tried) tried.push_back(solution.joint_positions);
      return accepted(question, solution.joint_positions, answer);
    };
    const auto late = [&] { return remaining(began, question.timeout) <= 1e-9; };
    const auto &[position, orientation] = question.pose;
    if (late()) return;
    for (const learned_ik::Solution &each : solver.solve_all(
             position, orientation, at_once, seed, options(remaining(began, question.timeout) / 4)))
      if (late() || taken(each)) return;
    const std::vector<double> steps = learned_ik::packing::restart_steps(seed.size());
    learned_ik::Joints start(seed.size());
    for (int restart = 0; !late(); restart++) {
      for (std::size_t j = 0; j < start.size(); j++) {
        const double share = 0.5 + restart * steps[j];
        start[j] = solver.lower()[j] +
                   (share - std::floor(share)) * (solver.upper()[j] - solver.lower()[j]);
      }
      if (taken(solver.refine(position, orientation, start,
                              options(remaining(began, question.timeout)))))
        return;
    }
  }
};

}  // namespace learned_ik_moveit
