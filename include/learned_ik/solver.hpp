// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// One arm's inverse kinematics: the same as `IkSolver` in Python, around the same kernels.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "learned_ik/arm.hpp"
#include "learned_ik/checks.hpp"
#include "learned_ik/model.hpp"
#include "learned_ik/solution.hpp"

namespace learned_ik {

// One for each thread; the model is shared. The first obstacles take a while: see PostureStore.
class Solver {
 public:
  explicit Solver(std::shared_ptr<const Model> model) : arm_(std::move(model)) {
    read_preferences();
  }

  // The same within joint limits [rad or m] that are narrower than the model's: others' bounds.
  Solver(std::shared_ptr<const Model> model, const Joints &lower, const Joints &upper)
      : arm_(std::move(model)) {
    narrow(lower, upper);
    read_preferences();
  }

  const Model &model() const { return *arm_.model; }
  std::size_t joint_count() const { return arm_.joints; }
  const Joints &lower() const { return lower_; }  // [rad or m], as answers keep them
  const Joints &upper() const { return upper_; }
  // Whether a joint turns without end; then its limits are those of some turn.
  bool is_endless(std::size_t joint) const {
    return std::isinf(arm_.packed.section(LEARNED_IK_BOUND_HIGH)[joint]);
  }

  // Keep to other joint limits [rad or m] from now on, where they are narrower than the model's.
  void set_limits(const Joints &lower, const Joints &upper) {
    const PackedModel &own = model().packed();
    arm_.packed.room = own.room;
    for (const int name : {LEARNED_IK_LOWER, LEARNED_IK_UPPER, LEARNED_IK_BOUND_LOW,
                           LEARNED_IK_BOUND_HIGH, LEARNED_IK_FULL_TURNS, LEARNED_IK_HOME})
      std::copy_n(own.section(name), arm_.joints, arm_.packed.section(name));
    narrow(lower, upper);
    read_preferences();
  }

  // Keep clear of spheres from now on, and of the arm itself; of nothing where there are none.
  void set_obstacles(const std::vector<Sphere> &spheres) {
    if (spheres.size() > 1024)
      throw InvalidInputError(std::to_string(spheres.size()) + " spheres; expected at most 1024");
    for (const Sphere &sphere : spheres) {
      checks::position(sphere.centre);
      if (!(sphere.radius > 0) || sphere.radius > checks::farthest)
        throw InvalidInputError("a sphere has the radius " + checks::text(sphere.radius) +
                                "; expected finite metres, above 0");
      const double *base = arm_.packed.section(LEARNED_IK_TRANSFORMS) + 9;  // of the first motion
      if (std::hypot(base[0] - sphere.centre[0], base[1] - sphere.centre[1],
                     base[2] - sphere.centre[2]) < sphere.radius)
        throw InvalidInputError(
            "a sphere swallows the base of the arm; expected one that leaves it free");
    }
    if (!spheres.empty()) check_body();
    if (!spheres.empty()) arm_.prepare_to_avoid();
    arm_.scenes++;
    arm_.spheres.resize(4 * spheres.size());
    for (std::size_t k = 0; k < spheres.size(); k++) {
      for (std::size_t axis = 0; axis < 3; axis++)
        arm_.spheres[axis * spheres.size() + k] = spheres[k].centre[axis];
      arm_.spheres[3 * spheres.size() + k] = spheres[k].radius;
    }
  }

  // Return where the tip is.
  Pose forward(const Joints &q) {
    checks::joints(q, arm_.joints, "joint positions");
    const std::array<double, 12> tip = arm_.tip(q);
    return {{tip[9], tip[10], tip[11]}, quaternion(tip)};
  }

  // Return the geometric Jacobian, (6, joints) row by row: linear, then angular velocity.
  std::vector<double> jacobian(const Joints &q) {
    checks::joints(q, arm_.joints, "joint positions");
    const std::vector<double> columns = arm_.jacobian(q);
    std::vector<double> rows(6 * arm_.joints);
    for (std::size_t j = 0; j < arm_.joints; j++)
      for (std::size_t k = 0; k < 6; k++) rows[k * arm_.joints + j] = columns[6 * j + k];
    return rows;
  }

  // Find joint positions that bring the tip to a pose; an empty seed is none.
  Solution solve(const Position &position, const Quaternion &orientation, const Joints &seed = {},
                 const Options &options = {}) {
    return solve_in(scene(options.avoid_collisions, options.min_clearance), position, orientation,
                    seed, options);
  }

  // Make exact what is nearly right: one refinement from joint positions, and no search.
  Solution refine(const Position &position, const Quaternion &orientation, const Joints &start,
                  const Options &options = {}) {
    return from_seed(scene(options.avoid_collisions, options.min_clearance), position, orientation,
                     start, options);
  }

  // Return up to `limit` distinct solutions of a pose, as different as possible, best first: the
  // nearest to the seed, or without one, where the arm is most dexterous. See several.hpp.
  std::vector<Solution> solve_all(const Position &position, const Quaternion &orientation,
                                  std::size_t limit = 16, const Joints &seed = {},
                                  Options options = {});

  // Return one joint path without jumps through poses, where one exists: see path.hpp.
  PathSolution follow(const std::vector<Pose> &poses, const Joints &start = {},
                      const Options &options = along_a_path(), double jump = 0.2);

  // A path takes longer than a pose.
  static Options along_a_path() {
    Options options;
    options.timeout = 1.0;
    return options;
  }

 private:
  friend class PathFollower;
  friend class Tracker;
  using Clock = std::chrono::steady_clock;
  static constexpr double a_little = 0.05;       // [rad or m], beyond its limit
  static constexpr double nearly_reached = 0.1;  // [rad]
  static constexpr double pi = 3.141592653589793;
  static constexpr double distinct_by = 0.05;  // [rad or m]
  static constexpr std::int64_t work_per_look = 50000;

  struct Request {
    bool seeded;
    Tolerances within;
    bool patient;  // to search as long as the time lasts
    Scene scene;
  };

  Arm arm_;
  Joints weights_, lower_, upper_, middle_, middle_weights_;
  Request request_{};
  bool seeded_ = false;

  double field(int name) const { return arm_.answer[static_cast<std::size_t>(name)]; }

  void read_preferences() {
    const auto of = [&](int name) {
      const double *values = arm_.packed.section(name);
      return Joints(values, values + arm_.joints);
    };
    lower_ = of(LEARNED_IK_LOWER);
    upper_ = of(LEARNED_IK_UPPER);
    weights_ = of(LEARNED_IK_JOINT_WEIGHTS);
    const double *room = arm_.packed.room.data();
    middle_.assign(room, room + arm_.joints);
    middle_weights_.assign(room + arm_.joints, room + 2 * arm_.joints);
  }

  void narrow(const Joints &lower, const Joints &upper) {
    if (lower.size() != arm_.joints || upper.size() != arm_.joints)
      throw InvalidInputError("there are limits for " + std::to_string(lower.size()) + " and " +
                              std::to_string(upper.size()) + " joints; expected " +
                              std::to_string(arm_.joints));
    PackedModel &packed = arm_.packed;
    double *low = packed.section(LEARNED_IK_LOWER), *high = packed.section(LEARNED_IK_UPPER);
    double *bound_low = packed.section(LEARNED_IK_BOUND_LOW);
    double *bound_high = packed.section(LEARNED_IK_BOUND_HIGH);
    double *turns = packed.section(LEARNED_IK_FULL_TURNS), *home = packed.section(LEARNED_IK_HOME);
    for (std::size_t j = 0; j < arm_.joints; j++) {
      const double least = std::max(lower[j], bound_low[j]);
      const double most = std::min(upper[j], bound_high[j]);
      if (!(least <= most))
        throw InvalidInputError("joint '" + model().joint_names()[j] + "' may go from " +
                                checks::text(lower[j]) + " to " + checks::text(upper[j]) +
                                "; expected a range within its own limits");
      if (std::isinf(least) || std::isinf(most)) continue;  // an endless joint stays one
      low[j] = bound_low[j] = least;
      high[j] = bound_high[j] = most;
      if (most - least < turns[j]) turns[j] = 0.0;
      home[j] = 0.5 * (least + most);
      const double half = 0.5 * (most - least);
      packed.room[j] = home[j];
      packed.room[arm_.joints + j] = half > 0 ? 1 / (half * half) : 1.0;
    }
  }

  // ------------------------------------------------------------------------------ the request

  void read(const Position &position, const Quaternion &orientation, const Joints &seed,
            const Options &options) {
    checks::position(position);
    checks::orientation(orientation);
    seeded_ = !seed.empty();
    if (seeded_) checks::joints(seed, arm_.joints, "seed");
    checks::options(options, arm_.joints, seeded_);
    double *request = arm_.request.data();
    std::copy(position.begin(), position.end(), request + LEARNED_IK_POSITION);
    std::copy(orientation.begin(), orientation.end(), request + LEARNED_IK_ORIENTATION);
    const FreeAxes free = freedom(options).axes;
    std::copy(free.begin(), free.end(), request + LEARNED_IK_FREE_AXES);
    request[LEARNED_IK_LARGEST_CHANGE] = options.max_joint_change;
    if (seeded_) std::copy(seed.begin(), seed.end(), arm_.seed());
  }

  static constexpr double tiny = 1e-12;  // [rad], in place of a tolerance of 0
  static constexpr double wide = 0.01;   // [rad], a tolerance from which on it is room

  using FreeAxes = std::array<double, LEARNED_IK_FREEDOM>;

  // How far the tip may be turned, as kernels take it: see solving/freedom.py.
  struct Freedom {
    double strictest;  // [rad], the tolerance that counts
    FreeAxes axes;     // how free each is: one with twice the tolerance counts half
  };

  static Freedom freedom(const Options &options, bool has_room = true) {
    std::array<double, 3> tolerances = options.orientation_tolerance;
    const auto [least, most] = std::minmax_element(tolerances.begin(), tolerances.end());
    Freedom found{*least, {1.0, 1.0, 1.0, 0.0, 0.0}};
    if (options.tolerance_axes == ToleranceAxes::base) found.axes[LEARNED_IK_IN_BASE] = 1.0;
    if (std::isinf(*least)) {
      found.strictest = pi;
      return found;
    }
    const auto is_wide = [](double value) { return value >= wide && value < infinity; };
    double strictest = std::max(*least, tiny);
    for (double &value : tolerances) value = std::max(value, tiny);
    if (has_room && found.strictest != *most &&
        std::any_of(tolerances.begin(), tolerances.end(), is_wide)) {
      double edge = infinity;
      strictest = infinity;
      for (double &value : tolerances) {
        if (is_wide(value))
          edge = std::min(edge, 1e-3 * value);
        else
          value *= 0.08;
        strictest = std::min(strictest, value);
      }
      strictest = found.strictest = std::min(strictest, edge);
      found.axes[LEARNED_IK_ROOM] = 1.0;
    }
    for (std::size_t axis = 0; axis < 3; axis++)
      found.axes[axis] = 1 - strictest / tolerances[axis];
    return found;
  }

  using Demand = std::array<double, LEARNED_IK_DEMAND>;

  // Return what is asked of each step along a path.
  static Demand demand(const Options &options, double jump) {
    const Freedom freedom = Solver::freedom(options);
    Demand demand{options.position_tolerance, freedom.strictest, jump};
    std::copy(freedom.axes.begin(), freedom.axes.end(), demand.begin() + LEARNED_IK_PATH_FREE_AXES);
    return demand;
  }

  static bool some_are_free(const Demand &demand) {
    const auto first = demand.begin() + LEARNED_IK_PATH_FREE_AXES;
    return std::any_of(first, first + LEARNED_IK_IN_BASE, [](double free) { return free != 0.0; });
  }

  Scene scene(std::optional<bool> avoid_collisions, double min_clearance) const {
    const bool there = !arm_.spheres.empty();
    const bool avoids = avoid_collisions.value_or(there);
    if (avoids) check_body();
    return {there || avoids, avoids, min_clearance};
  }

  void check_body() const {
    if (arm_.hulls() == 0)
      throw InvalidInputError(
          "the model has no body to keep clear; expected one that was exported");
  }

  bool prefers_seed(const Options &options) const {
    return options.prefer == Prefer::nearest || options.prefer == Prefer::by_seed;
  }

  // Whether one of many solutions is wanted, and not the first.
  bool chooses(const Options &options) const {
    return options.prefer != Prefer::first && (options.prefer != Prefer::by_seed || seeded_);
  }

  // ------------------------------------------------------------------------------- the search

  // Solve where a scene is known, or none: what leads a path or many candidates does not look.
  Solution solve_in(const Scene &scene, const Position &position, const Quaternion &orientation,
                    const Joints &seed, const Options &options) {
    const Clock::time_point began = Clock::now();
    read(position, orientation, seed, options);
    const double tolerance = freedom(options).strictest;
    const bool to_seed = prefers_seed(options), chooses = this->chooses(options);
    request_ = {
        seeded_, {options.position_tolerance, tolerance}, options.timeout < infinity, scene};
    const Clock::time_point deadline = began + in_seconds(options.timeout);
    const bool clear_first = scene.known && scene.avoids && (!chooses || to_seed);
    look(clear_first, 0, attempts_per_look(clear_first));
    Status status = Status::success;
    std::string message;
    if (field(LEARNED_IK_CODE) == LEARNED_IK_MALFORMED)
      throw InvalidInputError("the request is malformed; expected finite numbers");
    const bool is_best = !chooses || (to_seed && field(LEARNED_IK_NEAREST) != 0.0);
    if (field(LEARNED_IK_CODE) != LEARNED_IK_FOUND || !is_best || (scene.known && !clear_first))
      status = scene.known ? settle_in_scene(options, deadline, message)
                           : settle(options, deadline, message);
    Solution solution = this->solution(status, began, std::move(message));
    const double outside = field(LEARNED_IK_SEED_OUTSIDE);
    if (outside > 0) {
      solution.message = moved_seed(solution.message);
      if (outside <= a_little && (!chooses || to_seed)) nearer_from_beyond(solution, began);
    }
    return solution;
  }

  std::int64_t attempts(bool clear, std::int64_t restarts) const {
    return (clear ? 2 + LEARNED_IK_MORE_PROPOSALS : 1) + arm_.heads + restarts;
  }

  std::int64_t attempts_per_look(bool clear) const {
    if (!clear) return attempts(false, LEARNED_IK_ENOUGH_RESTARTS);
    const std::int64_t work =
        std::max<std::int64_t>(arm_.hulls(), 1) * std::max<std::int64_t>(arm_.sphere_count(), 1);
    return std::max<std::int64_t>(
        2, std::min(attempts(true, LEARNED_IK_ENOUGH_RESTARTS), work_per_look / work));
  }

  void look(bool clear, std::int64_t first, std::int64_t last) {
    const Request &r = request_;
    if (clear)
      arm_.search_clear(r.scene, r.seeded, r.within, first, last);
    else
      arm_.search(r.seeded, r.within, first, last);
  }

  // Go on after a first look: as `go_on` of solving/restarts.py.
  Status go_on(bool clear, Clock::time_point deadline) {
    Aligned<double> &answer = arm_.answer;
    if (field(LEARNED_IK_CODE) == LEARNED_IK_FOUND) return Status::success;
    std::int64_t last = attempts_per_look(clear);
    const std::int64_t step = std::min<std::int64_t>(last, LEARNED_IK_ENOUGH_RESTARTS);
    const bool patient = request_.patient && !clear;
    const std::int64_t most = attempts(clear, clear ? 1024 : 256);
    Aligned<double> best = answer;
    double tries = field(LEARNED_IK_ATTEMPTS);
    Status status = Status::no_solution;
    const bool hopeful = is_worth_more(clear, best);
    while (hopeful && (patient || last < most)) {
      if (Clock::now() > deadline) {
        status = Status::timed_out;
        break;
      }
      look(clear, last, last + step);
      last += step;
      tries += field(LEARNED_IK_ATTEMPTS);
      if (field(LEARNED_IK_CODE) == LEARNED_IK_FOUND || (!patient && is_better(answer, best)))
        best = answer;
      if (best[LEARNED_IK_CODE] == LEARNED_IK_FOUND) {
        status = Status::success;
        break;
      }
    }
    answer = best;
    answer[LEARNED_IK_ATTEMPTS] = tries;
    return status;
  }

  double squared_error(const Aligned<double> &answer) const {
    const double turned = arm_.weight * answer[LEARNED_IK_ORIENTATION_ERROR];
    const double moved = answer[LEARNED_IK_POSITION_ERROR];
    return moved * moved + turned * turned;
  }

  bool is_worth_more(bool clear, const Aligned<double> &best) {
    if (clear) return best[LEARNED_IK_REACHED] == 1.0;
    if (best[LEARNED_IK_BEYOND_REACH] > request_.within.position) return false;
    const double near = nearly_reached * arm_.weight;
    if (squared_error(best) <= near * near) return true;
    if (arm_.request[LEARNED_IK_LARGEST_CHANGE] < infinity) return false;
    return reaches_position(request_.patient ? 256 : LEARNED_IK_ENOUGH_RESTARTS);
  }

  bool is_better(const Aligned<double> &answer, const Aligned<double> &best) const {
    const double reached = answer[LEARNED_IK_REACHED];
    if (answer[LEARNED_IK_CODE] == LEARNED_IK_FOUND) return true;
    if (reached != best[LEARNED_IK_REACHED]) return reached > best[LEARNED_IK_REACHED];
    if (reached != 0.0) return answer[LEARNED_IK_CLEARANCE] > best[LEARNED_IK_CLEARANCE];
    return squared_error(answer) < squared_error(best);
  }

  // Say whether the position can be reached with some orientation, beginning at the best found.
  bool reaches_position(std::int64_t restarts) {
    const Aligned<double> asked = arm_.request, answer = arm_.answer;
    std::copy_n(arm_.solution(), arm_.joints, arm_.seed());
    std::fill_n(arm_.request.data() + LEARNED_IK_FREE_AXES, 3, 1.0);
    arm_.request[LEARNED_IK_LARGEST_CHANGE] = infinity;
    arm_.search(true, {request_.within.position, pi}, 0, attempts(false, restarts));
    const bool reached = field(LEARNED_IK_CODE) == LEARNED_IK_FOUND;
    arm_.request = asked;
    arm_.answer = answer;
    return reached;
  }

  void prefer_better(const Options &options) {
    if (!chooses(options)) return;
    Joints posture = options.prefer == Prefer::posture ? options.posture : middle_;
    Joints weights = options.prefer == Prefer::middle ? middle_weights_ : weights_;
    arm_.choose(request_.seeded, request_.within, posture, weights, prefers_seed(options));
  }

  Status settle(const Options &options, Clock::time_point deadline, std::string &message) {
    Status status = go_on(false, deadline);
    if (status == Status::success) {
      prefer_better(options);
      if (field(LEARNED_IK_CODE) == LEARNED_IK_FOUND) return status;
      status = Status::no_solution;
    }
    message = why_not_reached(status);
    return status;
  }

  Status settle_freely(const Options &options, Clock::time_point deadline, std::string &message) {
    const Status status = settle(options, deadline, message);
    arm_.answer[LEARNED_IK_CLEARANCE] = arm_.clearance(request_.scene, arm_.solution());
    return status;
  }

  // As `settle_in_scene` of solving/one_pose.py.
  Status settle_in_scene(const Options &options, Clock::time_point deadline, std::string &message) {
    const Scene &scene = request_.scene;
    const bool near_seed = options.max_joint_change < infinity;
    const bool keeps_near = !chooses(options) || prefers_seed(options);
    Status status;
    if (!scene.avoids || !keeps_near) {
      status = settle_freely(options, deadline, message);
      if (!scene.avoids || status != Status::success || field(LEARNED_IK_CLEARANCE) >= scene.wanted)
        return status;
      status = search_clear(deadline, !near_seed);
    } else {
      status = go_on(true, deadline);
    }
    if (status != Status::success && field(LEARNED_IK_REACHED) == 0.0) {
      Options first = options;
      first.prefer = Prefer::first;
      look(false, 0, attempts_per_look(false));
      status = settle_freely(first, deadline, message);
      if (status != Status::success || field(LEARNED_IK_CLEARANCE) >= scene.wanted) return status;
      if (near_seed) return in_collision(message);
      status = search_clear(deadline, true);
    }
    if (status != Status::success) return in_collision(message);
    if (chooses(options) && prefers_seed(options) && field(LEARNED_IK_NEAREST) == 0.0)
      come_nearer(options);
    message.clear();
    return status;
  }

  Status search_clear(Clock::time_point deadline, bool from_solution) {
    Joints seed(arm_.seed(), arm_.seed() + arm_.joints);
    const double outside = field(LEARNED_IK_SEED_OUTSIDE);
    const bool seeded = request_.seeded;
    if (from_solution) {
      std::copy_n(arm_.solution(), arm_.joints, arm_.seed());
      request_.seeded = true;
    }
    look(true, 0, attempts_per_look(true));
    const Status status = go_on(true, deadline);
    if (from_solution) {
      std::copy(seed.begin(), seed.end(), arm_.seed());
      request_.seeded = seeded;
      arm_.answer[LEARNED_IK_SEED_OUTSIDE] = outside;
      const Joints q(arm_.solution(), arm_.solution() + arm_.joints);
      arm_.answer[LEARNED_IK_SEED_DISTANCE] = seeded ? distance(q, seed) : std::nan("");
    }
    return status;
  }

  void come_nearer(const Options &options) {
    const Aligned<double> found = arm_.answer;
    prefer_better(options);
    const double clearance = arm_.clearance(request_.scene, arm_.solution());
    if (field(LEARNED_IK_CODE) == LEARNED_IK_FOUND && clearance >= request_.scene.wanted)
      arm_.answer[LEARNED_IK_CLEARANCE] = clearance;
    else
      arm_.answer = found;
  }

  // A joint that is measured a little beyond its limit is there: take what is nearer to it within
  // limits that are widened to it, where that is nearer by more than the joint is beyond them.
  void nearer_from_beyond(Solution &solution, Clock::time_point began) {
    const Aligned<double> answer = arm_.answer, robot = arm_.packed.robot;
    double *low = arm_.packed.section(LEARNED_IK_BOUND_LOW);
    double *high = arm_.packed.section(LEARNED_IK_BOUND_HIGH);
    const Joints seed(arm_.seed(), arm_.seed() + arm_.joints);
    double outside = 0.0;
    for (std::size_t j = 0; j < arm_.joints; j++) {
      outside = std::max({outside, low[j] - seed[j], seed[j] - high[j]});
      low[j] = std::min(low[j], seed[j]);
      high[j] = std::max(high[j], seed[j]);
    }
    look(request_.scene.known && request_.scene.avoids, 0, 1);
    Solution near = this->solution(Status::success, began,
                                   "the seed lies outside the limits, "
                                   "which were widened to it for this request");
    const bool found = field(LEARNED_IK_CODE) == LEARNED_IK_FOUND;
    arm_.packed.robot = robot;
    if (found && (!solution || farthest(solution.joint_positions, seed) >
                                   farthest(near.joint_positions, seed) + outside)) {
      if (request_.scene.known)
        near.clearance = arm_.clearance(request_.scene, near.joint_positions.data());
      if (!request_.scene.known || !request_.scene.avoids ||
          near.clearance >= request_.scene.wanted)
        solution = near;
    }
    arm_.answer = answer;
  }

  // ------------------------------------------------------------------------- several solutions

  Solution from_seed(const Scene &scene, const Position &position, const Quaternion &orientation,
                     const Joints &q, const Options &options);
  std::vector<Joints> distinct(const Joints &seed, const Options &options, std::size_t limit,
                               Clock::time_point deadline);
  static bool is_distinct(const std::vector<Solution> &found, const Solution &solution);
  static void spread(std::vector<std::pair<double, Joints>> &points, std::size_t limit);

  // ------------------------------------------------------------------------------- the answer

  Solution solution(Status status, Clock::time_point began, std::string message) {
    Solution solution;
    solution.status = status;
    solution.joint_positions.assign(arm_.solution(), arm_.solution() + arm_.joints);
    solution.position_error = field(LEARNED_IK_POSITION_ERROR);
    solution.orientation_error = field(LEARNED_IK_ORIENTATION_ERROR);
    solution.seed_distance = field(LEARNED_IK_SEED_DISTANCE);
    solution.limit_margin = field(LEARNED_IK_LIMIT_MARGIN);
    solution.clearance = field(LEARNED_IK_CLEARANCE);
    solution.solve_time = seconds_since(began);
    solution.attempts = static_cast<int>(field(LEARNED_IK_ATTEMPTS));
    solution.message = std::move(message);
    return solution;
  }

  // See why_not.hpp.
  std::string why_not_reached(Status status);
  std::string at_limits(const double *posture) const;
  Status in_collision(std::string &message);
  std::string closest(const Scene &scene, const double *q);
  std::string moved_seed(const std::string &message);

  // ------------------------------------------------------------------------------- small things

  Joints mid_range() const {
    Joints middle(arm_.joints);
    for (std::size_t j = 0; j < arm_.joints; j++) middle[j] = 0.5 * (lower_[j] + upper_[j]);
    return middle;
  }

  static double distance(const Joints &a, const Joints &b) {
    double squared = 0.0;
    for (std::size_t j = 0; j < a.size(); j++) squared += (a[j] - b[j]) * (a[j] - b[j]);
    return std::sqrt(squared);
  }

  static double farthest(const Joints &a, const Joints &b) {
    double most = 0.0;
    for (std::size_t j = 0; j < a.size(); j++) most = std::max(most, std::abs(a[j] - b[j]));
    return most;
  }

  static Clock::duration in_seconds(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(std::min(seconds, 1e6)));
  }

  static double seconds_since(Clock::time_point began) {
    return std::chrono::duration<double>(Clock::now() - began).count();
  }

  static bool late(Clock::time_point began, double timeout) {
    return seconds_since(began) > timeout;
  }
};

}  // namespace learned_ik
