// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// A command in every frame for a target that moves: within the joints' limits, speeds and
// accelerations, never a jump. As tracking/tracker.py, but for twists and the way to a chosen
// branch.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "learned_ik/solver.hpp"
#include "learned_ik/why_not.hpp"

namespace learned_ik {

enum class TrackingStatus {
  on_target,
  catching_up,  // a joint is too slow, or the arm is on its way elsewhere
  closest,      // what limits, reach or obstacles leave
};

// The command of one frame, and how it stands to the target.
struct TrackingStep {
  TrackingStatus status = TrackingStatus::closest;
  Joints joint_positions;          // [rad or m]
  Joints joint_velocities;         // [rad/s or m/s]
  double position_error = 0.0;     // [m]; NaN without a target
  double orientation_error = 0.0;  // [rad]; likewise
  std::string message;             // what holds the arm back
};

struct TrackerOptions {
  Joints velocity_limits;      // [rad/s or m/s], one for each joint; default: the URDF's, else 2
  Joints acceleration_limits;  // [rad/s² or m/s²], likewise; default: none
  double position_tolerance = 1e-3;  // [m], within which it is on target
  std::array<double, 3> orientation_tolerance{0.01, 0.01, 0.01};  // [rad]; infinite: it is free
  ToleranceAxes tolerance_axes = ToleranceAxes::target;
  std::optional<bool> avoid_collisions;  // default: as soon as the solver has obstacles
  double min_clearance = 0.0;            // [m], that is never given up
  bool seek_closest = true;  // whether an arm that rests before a target out of reach looks for the
                             // closest posture on all branches, and goes there
};

// Leads the arm of a solver, which it borrows; obstacles are those of the solver in each frame.
class Tracker {
 public:
  explicit Tracker(Solver &solver, const TrackerOptions &options = {})
      : solver_(solver),
        arm_(solver.arm_),
        options_(options),
        joints_(arm_.joints),
        limits_(LEARNED_IK_LIMITS * joints_),
        state_(LEARNED_IK_STATE * joints_),
        responses_((LEARNED_IK_MOST_CONTACTS + joints_) * joints_),
        best_(1 + joints_) {
    if (!(options.position_tolerance > 0))
      throw InvalidInputError("position_tolerance is " + checks::text(options.position_tolerance) +
                              "; expected metres, above 0");
    for (const double tolerance : options.orientation_tolerance)
      if (!(tolerance > 0))
        throw InvalidInputError("orientation_tolerance holds " + checks::text(tolerance) +
                                "; expected radians, above 0");
    checks::at_least_zero(options.min_clearance, "min_clearance");
    fill(LEARNED_IK_SPEED, options.velocity_limits, "velocity_limits", [&](std::size_t j) {
      const double speed = arm_.packed.speeds[j];
      return std::isfinite(speed) && speed > 0 ? speed : usual_speed;
    });
    fill(LEARNED_IK_ACCELERATION, options.acceleration_limits, "acceleration_limits",
         [](std::size_t) { return infinity; });
    const double *low = arm_.packed.section(LEARNED_IK_BOUND_LOW);
    const double *high = arm_.packed.section(LEARNED_IK_BOUND_HIGH);
    Joints begin(joints_);
    for (std::size_t j = 0; j < joints_; j++) {
      limit(LEARNED_IK_LOW)[j] = low[j];
      limit(LEARNED_IK_HIGH)[j] = high[j];
      limit(LEARNED_IK_COMFORT)[j] = solver.middle_[j];
      limit(LEARNED_IK_COMFORT_WEIGHT)[j] = solver.middle_weights_[j];
      begin[j] = std::isinf(high[j]) ? 0.0 : solver.middle_[j];
    }
    Options tolerances;
    tolerances.orientation_tolerance = options.orientation_tolerance;
    tolerances.tolerance_axes = options.tolerance_axes;
    const Solver::Freedom freedom = Solver::freedom(tolerances, false);
    strictest_ = freedom.strictest;
    std::copy(freedom.axes.begin(), freedom.axes.end(), &asked_[LEARNED_IK_ASKED_FREE_AXES]);
    asked_[LEARNED_IK_EXACT_POSITION] = exact * options.position_tolerance;
    asked_[LEARNED_IK_EXACT_ORIENTATION] = exact * strictest_;
    asked_[LEARNED_IK_NEAR] = options.position_tolerance;
    asked_[LEARNED_IK_WEIGHT_ON_THE_WAY] = errors_weigh;
    reset(begin);
  }

  // Go on from where the arm is, at rest or with velocities. A joint that stands beyond its limit
  // walks back from there, never farther out.
  void reset(const Joints &joint_positions, const Joints &joint_velocities = {}) {
    checks::joints(joint_positions, joints_, "joint_positions");
    if (!joint_velocities.empty()) checks::joints(joint_velocities, joints_, "joint_velocities");
    for (std::size_t j = 0; j < joints_; j++) {
      const double speed = limit(LEARNED_IK_SPEED)[j];
      state(LEARNED_IK_POSTURE)[j] = joint_positions[j];
      state(LEARNED_IK_VELOCITY)[j] =
          joint_velocities.empty() ? 0.0 : std::clamp(joint_velocities[j], -speed, speed);
    }
    std::fill(told_.begin() + LEARNED_IK_LEFT, told_.end(), std::nan(""));
    asked_[LEARNED_IK_SWITCHES] = 0.0;
    asked_[LEARNED_IK_WEIGHT] = asked_[LEARNED_IK_WEIGHT_ON_THE_WAY];
    knows_target_ = seeking_ = false;
  }

  Joints joint_positions() { return row(LEARNED_IK_POSTURE); }

  // Take one step towards a target, a period [s] after the last. Where the target is none, the
  // arm brakes, and the message says what is wrong.
  TrackingStep update(const Position &position, const Quaternion &orientation, double period) {
    period = checked(period);
    if (period == 0.0) return idle("no time has passed since the last step");
    std::array<double, 7> pose{};
    std::copy(position.begin(), position.end(), pose.begin());
    std::copy(orientation.begin(), orientation.end(), pose.begin() + 3);
    if (seeking_ && !is_about(pose)) {
      asked_[LEARNED_IK_SWITCHES] = 0.0;
      seeking_ = false;
    }
    if (!serve(pose, period)) {
      try {
        checks::position(position);
        checks::orientation(orientation);
      } catch (const InvalidInputError &error) {
        return braked(period,
                      std::string("the target is refused, and the arm brakes: ") + error.what());
      }
      return brake(period);
    }
    TrackingStep step = judged();
    if (options_.seek_closest && step.status == TrackingStatus::closest &&
        told_[LEARNED_IK_HELD] == 0.0)
      seek_closest(pose, step);
    return step;
  }

  // Come to rest: there is no target any more.
  TrackingStep brake(double period) {
    return braked(checked(period), "there is no target: the arm brakes");
  }

 private:
  static constexpr double exact = 1e-3;          // [1], of the tolerances, that is aimed at
  static constexpr double usual_speed = 2.0;     // [rad/s or m/s]
  static constexpr double longest_period = 0.1;  // [s]
  static constexpr double errors_weigh = 0.1;    // [m/rad]
  static constexpr double nearer = 1e-3;         // [m], worth going to another branch
  static constexpr double resting = 1e-3;        // [1], share of its speed
  static constexpr double fastest_sphere = 2.0;  // [m/s]
  static constexpr double forget = 0.5;  // [1], of a sphere's speed one period after it was seen
  static constexpr int still = 20,
                       attempts = 128;  // frames before, and starts of, a look elsewhere

  Solver &solver_;
  Arm &arm_;
  TrackerOptions options_;
  std::size_t joints_;
  Aligned<double> limits_, state_, responses_, best_;
  std::array<double, LEARNED_IK_ASKED> asked_{};
  std::array<double, LEARNED_IK_TOLD> told_{};
  double strictest_ = 0.0;
  Aligned<double> spheres_, speeds_, grown_;  // as they were in the last frame
  std::int64_t scene_ = -1;
  double since_ = 0.0;  // [s], how long the spheres stand where they are
  std::array<double, 7> target_{};
  bool knows_target_ = false, seeking_ = false;
  int made_ = 0;

  double *limit(int name) { return &limits_[static_cast<std::size_t>(name) * joints_]; }
  double *state(int name) { return &state_[static_cast<std::size_t>(name) * joints_]; }
  Joints row(int name) { return {state(name), state(name) + joints_}; }

  template <class Default>
  void fill(int name, const Joints &given, const char *what, Default usual) {
    if (!given.empty() && given.size() != joints_)
      throw InvalidInputError(std::string(what) + " has " + std::to_string(given.size()) +
                              " values; expected " + std::to_string(joints_));
    for (std::size_t j = 0; j < joints_; j++) {
      const double value = given.empty() ? usual(j) : given[j];
      if (!(value > 0))
        throw InvalidInputError(std::string(what) + " holds " + checks::text(value) +
                                "; expected above 0");
      limit(name)[j] = value;
    }
  }

  static double checked(double period) {
    if (!(period >= 0) || std::isinf(period))
      throw InvalidInputError("period is " + checks::text(period) +
                              "; expected seconds, 0 or more");
    return std::min(period, longest_period);
  }

  Scene scene() const { return solver_.scene(options_.avoid_collisions, options_.min_clearance); }

  bool serve(std::array<double, 7> &pose, double period) {
    std::int64_t moved = 0;
    if (!scene().avoids) {
      calling::call(learned_ik_servo, &moved, arm_.packed, arm_.numbers, pose, asked_,
                    calling::rows(limits_, joints_), period, calling::rows(state_, joints_), told_);
      return moved != 0;
    }
    look(period);
    calling::call(learned_ik_servo_clear, &moved, arm_.packed, arm_.numbers, pose, asked_,
                  calling::rows(limits_, joints_), period, calling::rows(state_, joints_), told_,
                  arm_.packed.body_layout, arm_.packed.shapes, arm_.walk, arm_.around(), speeds_,
                  calling::Rows<double>{grown_.data(), 4, arm_.sphere_count()},
                  calling::rows(responses_, joints_), 1, options_.min_clearance);
    return moved != 0;
  }

  // Measure how fast spheres move, from one change to the next; unchanged ones soon stay.
  void look(double period) {
    since_ += period;
    if (scene_ == arm_.scenes) {
      for (double &speed : speeds_) speed = speed > 1e-3 ? forget * speed : 0.0;
      return;
    }
    const auto n = static_cast<std::size_t>(arm_.sphere_count());
    const Aligned<double> &now = arm_.spheres;
    const bool same = spheres_.size() == now.size() && since_ > 0.0 && scene_ >= 0;
    speeds_.assign(n, 0.0);
    for (std::size_t k = 0; same && k < n; k++) {
      double squared = 0.0;
      for (std::size_t axis = 0; axis < 3; axis++) {
        const double by = now[axis * n + k] - spheres_[axis * n + k];
        squared += by * by;
      }
      const double grown = std::max(now[3 * n + k] - spheres_[3 * n + k], 0.0);
      const double speed = (std::sqrt(squared) + grown) / since_;
      speeds_[k] = speed > fastest_sphere ? 0.0 : speed;
    }
    spheres_ = now;
    grown_.resize(4 * n + 1);
    scene_ = arm_.scenes;
    since_ = 0.0;
  }

  TrackingStep judged() {
    if (told_[LEARNED_IK_REMAINING_POSITION] <= options_.position_tolerance &&
        told_[LEARNED_IK_REMAINING_ORIENTATION] <= strictest_)
      return step(TrackingStatus::on_target, {});
    const bool held = told_[LEARNED_IK_HELD] != 0.0;
    const bool late = held ? told_[LEARNED_IK_SPEED_SHARE] > resting
                           : told_[LEARNED_IK_LATE] != LEARNED_IK_NOBODY;
    TrackingStep made =
        step(late ? TrackingStatus::catching_up : TrackingStatus::closest, what_holds(held));
    if (!late) asked_[LEARNED_IK_SWITCHES] = 0.0;
    return made;
  }

  std::string what_holds(bool held) {
    if (held) return "held back: " + solver_.closest(scene(), state(LEARNED_IK_POSTURE));
    if (asked_[LEARNED_IK_SWITCHES] == 1.0) return "on the way to another branch";
    const double late = told_[LEARNED_IK_LATE];
    if (late == LEARNED_IK_ALL) return "comes to rest at the target";
    if (late >= 0)
      return "joint '" + solver_.model().joint_names()[static_cast<std::size_t>(late)] +
             "' is too slow";
    const std::string limits = solver_.at_limits(state(LEARNED_IK_POSTURE));
    return checks::apart(told_[LEARNED_IK_REMAINING_POSITION],
                         told_[LEARNED_IK_REMAINING_ORIENTATION]) +
           " from the target" + (limits.empty() ? ": nothing nearer is on this branch" : limits);
  }

  // Say whether this is the target that is looked at, but for its trembling.
  bool is_about(const std::array<double, 7> &pose) const {
    if (!knows_target_) return false;
    double moved = 0.0, product = 0.0, mine = 0.0, other = 0.0;
    for (std::size_t k = 0; k < 3; k++) moved += std::pow(pose[k] - target_[k], 2);
    for (std::size_t k = 3; k < 7; k++) {
      product += pose[k] * target_[k];
      mine += pose[k] * pose[k];
      other += target_[k] * target_[k];
    }
    return std::sqrt(moved) <= options_.position_tolerance &&
           std::abs(product) > (1.0 - 1e-4) * std::sqrt(mine * other);
  }

  // Try one start a frame while the arm rests; then go to the best, where that is worth it.
  void seek_closest(std::array<double, 7> &pose, const TrackingStep &step) {
    if (!is_about(pose)) {
      target_ = pose;
      knows_target_ = true;
      made_ = -still;
      best_[0] = infinity;
    }
    if (made_ < 0) {
      made_++;
      return;
    }
    if (made_ > attempts) return;
    Joints now = row(LEARNED_IK_POSTURE);
    calling::call(learned_ik_try_elsewhere, arm_.packed, arm_.numbers, arm_.activations, pose,
                  asked_, made_, best_, now);
    if (++made_ <= attempts || best_[0] <= options_.position_tolerance) return;
    const double error = std::hypot(step.position_error, arm_.weight * step.orientation_error);
    const Scene scene = this->scene();
    if (error - best_[0] > nearer &&
        (!scene.known || arm_.clearance(scene, &best_[1]) >= options_.min_clearance)) {
      std::copy(best_.begin() + 1, best_.end(), state(LEARNED_IK_OTHER));
      asked_[LEARNED_IK_SWITCHES] = 1.0;
      asked_[LEARNED_IK_WEIGHT] = arm_.weight;
      seeking_ = true;
    }
  }

  TrackingStep braked(double period, const std::string &message) {
    if (period > 0.0)
      calling::call(learned_ik_brake, calling::rows(limits_, joints_), period,
                    calling::rows(state_, joints_));
    asked_[LEARNED_IK_SWITCHES] = 0.0;
    return idle(message);
  }

  // Return the step of a frame without a target, or without time.
  TrackingStep idle(const std::string &message) {
    told_.fill(std::nan(""));
    return step(TrackingStatus::closest, message);
  }

  TrackingStep step(TrackingStatus status, const std::string &message) {
    return {status,
            row(LEARNED_IK_POSTURE),
            row(LEARNED_IK_VELOCITY),
            told_[LEARNED_IK_REMAINING_POSITION],
            told_[LEARNED_IK_REMAINING_ORIENTATION],
            message};
  }
};

}  // namespace learned_ik
