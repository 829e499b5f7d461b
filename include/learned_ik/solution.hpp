// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// What is asked of a pose, and what is answered.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace learned_ik {

using Position = std::array<double, 3>;    // [m], in the base link's frame
using Quaternion = std::array<double, 4>;  // x y z w, of any length but zero
using Joints = std::vector<double>;        // [rad or m]

struct Pose {
  Position position;
  Quaternion orientation;
};

struct Sphere {
  Position centre;  // [m], in the base link's frame
  double radius;    // [m]
};

constexpr double infinity = std::numeric_limits<double>::infinity();

// How a request ended, with the numbers of moveit_msgs/MoveItErrorCodes.
enum class Status {
  success = 1,              // within the tolerances, confirmed by forward kinematics
  timed_out = -6,           // the search was not finished when its time was over
  goal_in_collision = -12,  // what reaches the pose does not keep clear
  no_solution = -31,        // the search was finished and found nothing within the tolerances
};

// Which of many solutions is wanted.
enum class Prefer {
  by_seed,  // the nearest to the seed; without one the first that is found
  first,
  nearest,  // to the seed
  middle,   // away from the joint limits
  posture,  // near to Options::posture
};

// About whose axes an orientation tolerance counts.
enum class ToleranceAxes {
  target,  // those of the pose's own frame
  base,    // those of the base link's
};

struct Options {
  double position_tolerance = 1e-6;                               // [m]
  std::array<double, 3> orientation_tolerance{1e-6, 1e-6, 1e-6};  // [rad], about each axis;
                                                                  // infinite: it is free
  ToleranceAxes tolerance_axes = ToleranceAxes::target;
  double max_joint_change = infinity;  // [rad or m], of a joint from the seed
  double timeout = 0.05;               // [s]
  Prefer prefer = Prefer::by_seed;
  Joints posture;                        // for Prefer::posture; NaN where a joint may be anywhere
  std::optional<bool> avoid_collisions;  // default: as soon as there are obstacles
  double min_clearance = 0.0;            // [m], that counts as clear
};

// The answer to one pose, also when it is not reached.
struct Solution {
  Status status = Status::no_solution;
  Joints joint_positions;          // within the limits; the best found
  double position_error = 0.0;     // [m], by forward kinematics of joint_positions
  double orientation_error = 0.0;  // [rad], likewise
  double seed_distance = 0.0;      // [rad or m], Euclidean; NaN without a seed
  double limit_margin = 0.0;       // [rad or m], least distance of a joint to its limit
  double clearance = infinity;     // [m]; negative inside; infinite where no obstacle is known
  double solve_time = 0.0;         // [s]
  int attempts = 0;                // starts that were refined
  std::string message;             // why it is not reached; of a seed that had to be moved

  explicit operator bool() const { return status == Status::success; }
};

// The answer to a path of n poses, also when it breaks somewhere.
struct PathSolution {
  std::vector<Joints> joint_positions;    // for each pose; the best found where it is not reached
  std::vector<Status> status;             // of each pose
  std::vector<double> position_error;     // [m], of each pose
  std::vector<double> orientation_error;  // [rad], of each pose
  std::vector<double> clearance;          // [m], of each pose; none where no obstacle is known
  std::vector<std::size_t> jumps;         // poses before which a joint moves by more than asked
  std::vector<std::size_t> failures;      // poses that are not reached
  double solve_time = 0.0;                // [s]
  std::string message;                    // where it breaks first, and why

  explicit operator bool() const { return jumps.empty() && failures.empty(); }
};

}  // namespace learned_ik
