// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// One joint path through many poses: each answer is where the next refinement begins, from one
// start after the other until one leads to the end, then coasting, then by a ladder graph. As
// solving/paths/follower.py.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "learned_ik/solver.hpp"
#include "learned_ik/why_not.hpp"

namespace learned_ik {

// Follows one path.
class PathFollower {
 public:
  PathFollower(Solver &solver, const std::vector<Pose> &poses, const Options &options, double jump)
      : solver_(solver),
        arm_(solver.arm_),
        poses_(poses),
        one_(options),
        joints_(arm_.joints),
        n_(poses.size()),
        timeout_(options.timeout),
        targets_(12 * n_),
        path_(n_ * joints_),
        errors_(2 * n_),
        trial_(n_ * joints_),
        trial_errors_(2 * n_),
        way_(n_ * joints_),
        way_errors_(2 * n_) {
    scene_ = solver.scene(options.avoid_collisions, options.min_clearance);
    one_.timeout = infinity;  // of a single pose: bounded work, whatever the clock says
    one_.max_joint_change = infinity;
    one_.prefer = Prefer::by_seed;
    demand_ = Solver::demand(options, jump);
    for (std::size_t k = 0; k < n_; k++) {
      std::array<double, 7> pose{};
      std::copy(poses[k].position.begin(), poses[k].position.end(), pose.begin());
      std::copy(poses[k].orientation.begin(), poses[k].orientation.end(), pose.begin() + 3);
      const std::array<double, 12> target = Arm::target(pose);
      std::copy(target.begin(), target.end(), &targets_[12 * k]);
    }
  }

  // Return the path from a posture on, if one is given.
  PathSolution run(const Joints &start) {
    began_ = Solver::Clock::now();
    found_.status.assign(n_, Status::success);
    Joints last = start;
    std::size_t begin = 0;
    while (begin < n_) {
      if (begin > 0 && is_late()) {
        give_up(begin);
        break;
      }
      const Solution first = solve(begin, last);
      if (first) {
        begin = follow_from(begin, first.joint_positions, last);
        last = at(path_, begin - 1);
      } else {
        miss(begin++, first);
      }
    }
    return solution();
  }

 private:
  static constexpr std::size_t first_starts = 8, restarts_per_look = 24;
  static constexpr std::size_t most_restarts = 8 * restarts_per_look, piece = 1000;
  static constexpr std::size_t restarts_with_room = 64, starts_with_room = 8, rounds = 4;
  static constexpr double at_limit = 0.01;  // [rad or m]
  static constexpr std::size_t attempts = 3 * LEARNED_IK_FRESH;

  struct Rung {  // the nodes of the ladder at one pose
    Aligned<double> nodes, lengths, dexterities;
    Aligned<std::int64_t> parents, manners;

    Rung(std::size_t joints, const std::vector<Joints> &from)
        : nodes(LEARNED_IK_RUNG * joints),
          lengths(LEARNED_IK_RUNG),
          dexterities(LEARNED_IK_RUNG),
          parents(LEARNED_IK_RUNG),
          manners(LEARNED_IK_RUNG, LEARNED_IK_TRACKED) {
      for (std::size_t k = 0; k < from.size(); k++)
        std::copy(from[k].begin(), from[k].end(), &nodes[k * joints]);
    }
  };

  Solver &solver_;
  Arm &arm_;
  const std::vector<Pose> &poses_;
  Options one_;
  std::size_t joints_, n_;
  double timeout_;  // [s]
  std::array<double, LEARNED_IK_DEMAND> demand_{};
  Aligned<double> targets_, path_, errors_, trial_, trial_errors_, way_, way_errors_;
  Solver::Clock::time_point began_;
  bool late_ = false;
  Scene scene_{};
  PathSolution found_;

  Joints at(const Aligned<double> &rows, std::size_t k) const {
    return {&rows[k * joints_], &rows[k * joints_] + joints_};
  }

  bool is_late() { return late_ = late_ || Solver::late(began_, timeout_); }

  // Solve one pose, without regard to obstacles.
  Solution solve(std::size_t pose, const Joints &seed) {
    return solver_.solve_in(nothing_known, poses_[pose].position, poses_[pose].orientation, seed,
                            one_);
  }

  // Follow the path from a pose on, as far as possible; return where that ends.
  std::size_t follow_from(std::size_t begin, const Joints &first, const Joints &last) {
    std::size_t end = begin;
    std::vector<Joints> tried;
    const std::size_t block = arm_.heads > 0 ? static_cast<std::size_t>(arm_.heads) : first_starts;
    const std::size_t capacity = 1 + block + most_restarts;
    Aligned<double> pool(capacity * joints_), dexterities(capacity);
    std::int64_t count = 0;
    bool first_block = true;
    const auto leads_on = [&](const std::vector<Joints> &starts) {
      tried.insert(tried.end(), starts.begin(), starts.end());
      end = track(begin, n_, starts, end, LEARNED_IK_STAY);
      if (first_block && end < n_ && Solver::some_are_free(demand_))
        end = with_room(begin, last, end);
      first_block = false;
      return end == n_ || !is_passable(end) || is_late();
    };
    if (!last.empty()) {
      std::copy(first.begin(), first.end(), pool.begin());
      count = 1;
      if (leads_on({first})) return end;
    }
    Joints about = last.empty() ? solver_.mid_range() : last;
    std::size_t from = 0;
    for (std::size_t to = block; to <= block + most_restarts; to += restarts_per_look) {
      const std::int64_t before = count;
      count = gather(begin, about, from, to, pool, dexterities, before);
      from = to;
      if (count == 0) {
        std::copy(first.begin(), first.end(), pool.begin());
        dexterities[0] = 0.0;
        count = 1;
      }
      if (count > before && leads_on(sorted(pool, dexterities, before, count))) return end;
    }
    end = track(begin, n_, tried, end, LEARNED_IK_COAST);
    if (end == n_ || is_late()) return end;
    if (tried.size() > LEARNED_IK_RUNG) tried.resize(LEARNED_IK_RUNG);
    return climb(begin, tried, end);
  }

  // Use freedom to get farther: begin far from the limits that end the longest way, and be drawn
  // to the middle; return where the longest way ends now. See solving/paths/roomy_starts.py.
  std::size_t with_room(std::size_t begin, const Joints &last, std::size_t end) {
    const double *low = arm_.packed.section(LEARNED_IK_BOUND_LOW);
    const double *high = arm_.packed.section(LEARNED_IK_BOUND_HIGH);
    const std::size_t block = arm_.heads > 0 ? static_cast<std::size_t>(arm_.heads) : first_starts;
    const std::size_t most = block + restarts_with_room;
    Aligned<double> pool(most * joints_), dexterities(most);
    for (std::size_t round = 0; round < rounds; round++) {
      std::vector<Joints> starts{at(path_, begin)};
      if (last.empty()) {
        Joints about = solver_.mid_range();
        std::vector<std::size_t> held;
        for (std::size_t j = 0; j < joints_; j++) {
          const double met = path_[(end - 1) * joints_ + j];
          const bool at_low = met<low[j] + at_limit, at_high = met> high[j] - at_limit;
          if (at_low || at_high) held.push_back(j);
          if (at_low)
            about[j] = high[j];
          else if (at_high)
            about[j] = low[j];
        }
        starts = nearest_starts(begin, about, held, most, pool, dexterities);
      }
      const std::size_t farther = track(begin, n_, starts, end, LEARNED_IK_COMFORT);
      if (farther == n_ || farther == end || is_late()) return farther;
      end = farther;
    }
    return end;
  }

  // Return solutions of a pose whose held joints are nearest to a posture.
  std::vector<Joints> nearest_starts(std::size_t begin, Joints &about,
                                     const std::vector<std::size_t> &held, std::size_t most,
                                     Aligned<double> &pool, Aligned<double> &dexterities) {
    const auto count =
        static_cast<std::size_t>(gather(begin, about, 0, most, pool, dexterities, 0));
    std::vector<double> away(count, 0.0);
    for (std::size_t k = 0; k < count; k++)
      for (const std::size_t j : held) away[k] += std::abs(pool[k * joints_ + j] - about[j]);
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return away[a] < away[b]; });
    order.resize(std::min(order.size(), starts_with_room));
    std::vector<Joints> starts;
    for (const std::size_t k : order) starts.push_back(at(pool, k));
    return starts;
  }

  // Return rows of a pool, those first where the arm is most dexterous.
  std::vector<Joints> sorted(const Aligned<double> &pool, const Aligned<double> &dexterities,
                             std::int64_t from, std::int64_t to) const {
    std::vector<std::size_t> order(static_cast<std::size_t>(to - from));
    std::iota(order.begin(), order.end(), static_cast<std::size_t>(from));
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return dexterities[a] > dexterities[b]; });
    std::vector<Joints> rows;
    for (const std::size_t k : order) rows.push_back(at(pool, k));
    return rows;
  }

  std::int64_t gather(std::size_t pose, Joints &about, std::size_t first, std::size_t last,
                      Aligned<double> &pool, Aligned<double> &dexterities, std::int64_t count) {
    std::array<double, 12> target{};
    std::copy_n(&targets_[12 * pose], 12, target.begin());
    return arm_.gather(target, about, demand_, static_cast<std::int64_t>(first),
                       static_cast<std::int64_t>(last), pool, dexterities, count);
  }

  // Say whether another start may lead across the step to a pose.
  bool is_passable(std::size_t pose) { return static_cast<bool>(solve(pose, at(path_, pose - 1))); }

  // Track from starts of a pose on; return where the best way ends: see track_first_that_holds.
  std::size_t track(std::size_t begin, std::size_t end, const std::vector<Joints> &starts,
                    std::size_t reached, std::int64_t manner) {
    if (end - begin <= piece)
      return track_piece(begin, end, starts, reached, manner, path_, errors_);
    for (const Joints &start : starts) {  // in pieces, with a look at the clock after each
      std::size_t last = begin + 1;
      std::vector<Joints> q{start};
      while (last < end && (last == begin + 1 || !is_late())) {
        const std::size_t low = last - 1, high = std::min(last + piece, end);
        last = track_piece(low, high, q, low, manner, way_, way_errors_);
        if (last < high) break;
        q = {at(way_, last - 1)};
      }
      if (last > reached) {
        reached = last;
        std::copy(&way_[begin * joints_], &way_[0] + last * joints_, &path_[begin * joints_]);
        std::copy(&way_errors_[2 * begin], &way_errors_[0] + 2 * last, &errors_[2 * begin]);
      }
      if (reached == end || is_late()) break;
    }
    return reached;
  }

  std::size_t track_piece(std::size_t begin, std::size_t end, const std::vector<Joints> &starts,
                          std::size_t reached, std::int64_t manner, Aligned<double> &path,
                          Aligned<double> &errors) {
    Aligned<double> from(std::max<std::size_t>(starts.size(), 1) * joints_);
    for (std::size_t k = 0; k < starts.size(); k++)
      std::copy(starts[k].begin(), starts[k].end(), &from[k * joints_]);
    std::int64_t last = 0;
    calling::call(learned_ik_track_first_that_holds, &last, arm_.packed, arm_.numbers,
                  calling::rows(targets_, 12), begin, end, calling::rows(from, joints_), demand_,
                  calling::rows(trial_, joints_), calling::rows(trial_errors_, 2),
                  calling::rows(path, joints_), calling::rows(errors, 2), reached, manner);
    return static_cast<std::size_t>(last);
  }

  // Try the ladder graph from starts of a pose on; return where its way ends, or `end`.
  std::size_t climb(std::size_t begin, const std::vector<Joints> &starts, std::size_t end) {
    Aligned<double> pool(LEARNED_IK_FRESH * joints_), dexterities(LEARNED_IK_FRESH);
    Aligned<double> ends(LEARNED_IK_RUNG * joints_), distances(LEARNED_IK_RUNG);
    Aligned<double> path(path_.size()), errors(errors_.size());
    std::array<std::int64_t, 3> outcome{};
    std::vector<Rung> rungs{Rung(joints_, starts)};
    std::size_t nodes = starts.size(), low = begin;
    while (low < n_ - 1 && !is_late()) {
      const std::size_t high = std::min<std::size_t>(low + LEARNED_IK_SPACING, n_ - 1);
      Joints about = at(rungs.back().nodes, 0);
      const std::int64_t fresh = gather(high, about, 0, attempts, pool, dexterities, 0);
      Rung next(joints_, {});
      calling::call(learned_ik_climb, arm_.packed, arm_.numbers, calling::rows(targets_, 12), low,
                    high, demand_, calling::rows(rungs.back().nodes, joints_), rungs.back().lengths,
                    nodes,
                    calling::Rows<double>{pool.data(), fresh, static_cast<std::int64_t>(joints_)},
                    calling::rows(next.nodes, joints_), next.lengths, next.dexterities,
                    next.parents, next.manners, calling::rows(ends, joints_), distances,
                    calling::rows(path, joints_), calling::rows(errors, 2), outcome);
      const auto found = static_cast<std::size_t>(outcome[0]);
      const auto farthest = static_cast<std::size_t>(outcome[1]);
      if (found == 0) {
        if (farthest <= end) return end;
        walk(begin, rungs, outcome[2]);
        return track(low, farthest, {at(path_, low)}, low, LEARNED_IK_STAY);
      }
      rungs.push_back(std::move(next));
      nodes = found;
      low = high;
    }
    if (low < end) return end;
    const Aligned<double> &lengths = rungs.back().lengths;
    const auto shortest =
        std::min_element(lengths.begin(), lengths.begin() + static_cast<std::ptrdiff_t>(nodes));
    walk(begin, rungs, shortest - lengths.begin());
    return low + 1;
  }

  // Write the way that leads from a pose to a node of the last rung.
  void walk(std::size_t begin, std::vector<Rung> &rungs, std::int64_t node) {
    std::vector<std::size_t> way{static_cast<std::size_t>(node)};
    for (std::size_t k = rungs.size(); k-- > 1;)
      way.push_back(static_cast<std::size_t>(rungs[k].parents[way.back()]));
    std::reverse(way.begin(), way.end());
    track(begin, begin + 1, {at(rungs[0].nodes, way[0])}, begin, LEARNED_IK_STAY);
    std::size_t low = begin;
    for (std::size_t k = 1; k < rungs.size(); k++) {
      const std::size_t high = std::min<std::size_t>(low + LEARNED_IK_SPACING, n_ - 1);
      if (rungs[k].manners[way[k]] == LEARNED_IK_TRACKED) {
        track(low, high + 1, {at(path_, low)}, low, LEARNED_IK_STAY);
      } else {
        Joints goal = at(rungs[k].nodes, way[k]);
        calling::call(learned_ik_steer_again, arm_.packed, arm_.numbers,
                      calling::rows(targets_, 12), low, high, goal, demand_,
                      calling::rows(path_, joints_), calling::rows(errors_, 2));
      }
      low = high;
    }
  }

  // ------------------------------------------------------------------------------- the answer

  void tell(std::size_t pose, const std::string &why) {
    if (found_.message.empty()) found_.message = "pose " + std::to_string(pose) + ": " + why;
  }

  // Take the nearest try for a pose that cannot be reached.
  void miss(std::size_t pose, const Solution &solution) {
    std::copy(solution.joint_positions.begin(), solution.joint_positions.end(),
              &path_[pose * joints_]);
    errors_[2 * pose] = solution.position_error;
    errors_[2 * pose + 1] = solution.orientation_error;
    found_.status[pose] = solution.status;
    tell(pose, solution.message);
  }

  // Leave the arm where it is for all poses that are left when the time is over.
  void give_up(std::size_t begin) {
    const Joints last = at(path_, begin - 1);
    const std::array<double, 12> tip = arm_.tip(last);
    for (std::size_t k = begin; k < n_; k++) {
      std::copy(last.begin(), last.end(), &path_[k * joints_]);
      found_.status[k] = Status::timed_out;
      double moved = 0.0, trace = 0.0;
      for (std::size_t i = 0; i < 3; i++) {
        const double by = targets_[12 * k + 9 + i] - tip[9 + i];
        moved += by * by;
      }
      for (std::size_t i = 0; i < 9; i++) trace += targets_[12 * k + i] * tip[i];
      errors_[2 * k] = std::sqrt(moved);
      errors_[2 * k + 1] = std::acos(std::clamp(0.5 * (trace - 1), -1.0, 1.0));
    }
    tell(begin, "the time was over before the path was");
  }

  // The path is not led around obstacles: what is not clear of them is told.
  void look_around(std::size_t pose) {
    const double *q = &path_[pose * joints_];
    found_.clearance.push_back(arm_.clearance(scene_, q));
    if (scene_.avoids && found_.status[pose] == Status::success &&
        found_.clearance.back() < scene_.wanted) {
      found_.status[pose] = Status::goal_in_collision;
      tell(pose, solver_.closest(scene_, q));
    }
  }

  PathSolution solution() {
    if (Solver::some_are_free(demand_))
      calling::call(learned_ik_measure_angles, arm_.packed, arm_.numbers,
                    calling::rows(targets_, 12), calling::rows(path_, joints_), demand_,
                    calling::rows(errors_, 2));
    for (std::size_t k = 0; k < n_; k++) {
      found_.joint_positions.push_back(at(path_, k));
      found_.position_error.push_back(errors_[2 * k]);
      found_.orientation_error.push_back(errors_[2 * k + 1]);
      if (scene_.known) look_around(k);
      if (found_.status[k] != Status::success) {
        found_.failures.push_back(k);
      } else if (k > 0 && found_.status[k - 1] == Status::success) {
        const double step =
            Solver::farthest(found_.joint_positions[k], found_.joint_positions[k - 1]);
        if (step > demand_[LEARNED_IK_JUMP]) {
          found_.jumps.push_back(k);
          tell(k, "a joint jumps by " + checks::text(step) + " before it: " +
                      (late_ ? "the time was over before every start was tried"
                             : "no start leads across"));
        }
      }
    }
    found_.solve_time = Solver::seconds_since(began_);
    return found_;
  }
};

inline PathSolution Solver::follow(const std::vector<Pose> &poses, const Joints &start,
                                   const Options &options, double jump) {
  if (!(jump > 0)) throw InvalidInputError("jump is " + checks::text(jump) + "; expected above 0");
  checks::options(options, arm_.joints, false);
  if (!start.empty()) checks::joints(start, arm_.joints, "start");
  for (const Pose &pose : poses) {
    checks::position(pose.position);
    checks::orientation(pose.orientation);
  }
  if (poses.empty()) return {};
  return PathFollower(*this, poses, options, jump).run(start);
}

}  // namespace learned_ik
