// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// A chain, and perhaps a network, as the flat arrays of the kernels. As solving/packing.py.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "learned_ik/chain.hpp"
#include "learned_ik/packed_model.hpp"

namespace learned_ik::packing {

constexpr double pi = 3.14159265358979323846;
constexpr double angular_weight = 0.3;   // [m/rad], of arms of ordinary reach
constexpr double longest_step = 1.0;     // [rad or m], of one joint in refinement
constexpr double share_of_range = 0.25;  // [1], of what slides, in one step
constexpr int most_turns = 64;           // that are counted, where joints mimic by a fraction

// Return after how many turns all that a joint turns has made whole turns; infinite: never.
inline double turns_until_whole(const Chain &chain, std::size_t joint) {
  for (int turns = 1; turns <= most_turns; turns++) {
    bool whole = true;
    for (const Motion &motion : chain.motions) {
      const double turned = turns * motion.multiplier;
      if (motion.joint == joint)
        whole = whole && !motion.slides && std::abs(turned - std::rint(turned)) < 1e-12;
    }
    if (whole) return turns;
  }
  return infinity;
}

// What a joint may do.
struct Range {
  double lower, upper;  // [rad or m], from where postures are drawn: finite
  double least, most;   // [rad or m], that counts; infinite where it has no end
  double home;          // [rad or m], where it is without a seed
  double turns;         // [rad], after which all poses come again; 0: it has no room for that
};

inline Range range(const Chain &chain, std::size_t joint, double rigid_reach) {
  Range range{chain.lower[joint], chain.upper[joint], 0, 0, 0, 0};
  const double whole = turns_until_whole(chain, joint);
  if (chain.slides(joint)) {  // one without end goes ten times as far as the arm is long
    const double far = 10 * std::max(1.0, rigid_reach);
    range.lower = std::max(range.lower, std::min(range.upper, far) - 2 * far);
    range.upper = std::min(range.upper, range.lower + 2 * far);
    range.least = range.lower, range.most = range.upper;
  } else {
    range.least = std::abs(range.lower) <= checks::farthest ? range.lower : -infinity;
    range.most = std::abs(range.upper) <= checks::farthest ? range.upper : infinity;
    const double turn = 2 * pi * std::min<double>(whole, most_turns);
    if (std::isinf(range.least) && std::isinf(range.most))
      range.lower = -0.5 * turn, range.upper = 0.5 * turn;
    else if (std::isinf(range.least))
      range.lower = range.upper - turn;
    else if (std::isinf(range.most))
      range.upper = range.lower + turn;
  }
  const bool endless = std::isinf(range.least) || std::isinf(range.most);
  range.home = endless ? std::min(std::max(0.0, range.least), range.most)
                       : 0.5 * (range.lower + range.upper);
  range.turns =
      std::isfinite(whole) && range.most - range.least >= 2 * pi * whole ? 2 * pi * whole : 0.0;
  return range;
}

// Return the constant transforms before each motion and behind the last; each motion is about or
// along z.
inline std::vector<Frame> transforms(const Chain &chain) {
  std::vector<Frame> frames;
  Frame behind = unmoved;
  for (const Motion &motion : chain.motions) {
    const double length = std::hypot(motion.axis[0], motion.axis[1], motion.axis[2]);
    const Frame turned =
        turned_to({motion.axis[0] / length, motion.axis[1] / length, motion.axis[2] / length});
    frames.push_back(composed(composed(behind, motion.origin), turned));
    behind = inverse(turned);
  }
  frames.push_back(composed(behind, chain.tip));
  return frames;
}

inline double length(const Frame &frame) { return std::hypot(frame[9], frame[10], frame[11]); }

// Return steps of a sequence that fills the unit cube evenly: see restart_steps of packing.py.
inline std::vector<double> restart_steps(std::size_t joints) {
  double root = 2.0;
  const double power = 1.0 / static_cast<double>(joints + 1);
  for (int k = 0; k < 64; k++) root = std::pow(1 + root, power);
  std::vector<double> steps(joints);
  for (std::size_t j = 0; j < joints; j++) steps[j] = std::pow(root, -static_cast<double>(j + 1));
  return steps;
}

// An array that grows section by section, and where they begin.
template <class T>
struct Growing {
  Aligned<T> values;

  template <class Values>
  void add(const Values &section) {
    values.insert(values.end(), section.begin(), section.end());
  }
};

inline void add_begins(Growing<std::int64_t> &layout, std::int64_t begin,
                       const sections::Sizes &sizes) {
  layout.values.push_back(begin);
  for (const std::int64_t size : sizes) layout.values.push_back(begin += size);
}

// Where the network that is taken over stands: poses of the chain's tip in its base are those of
// the network's tip, which has the chain's tip at `tip`, in the network's base at `base`.
struct Mounting {
  Frame base = unmoved;  // of the network, in the chain's base
  Frame tip = unmoved;   // of the chain, in the network's tip
};

// Fold a mounting into the first layer, whose inputs are position and rotation: both are linear in
// the pose that is asked for.
inline void mount(Aligned<float> &weights, std::size_t outputs, const Mounting &mounting) {
  const Frame base = inverse(mounting.base), tip = inverse(mounting.tip);
  std::array<std::array<double, 12>, 12> linear{};  // (the network's, those that are asked for)
  std::array<double, 12> constant{};
  for (std::size_t a = 0; a < 3; a++) {
    constant[a] = base[9 + a];
    for (std::size_t b = 0; b < 3; b++) {
      linear[a][b] = base[3 * a + b];
      for (std::size_t c = 0; c < 3; c++) {
        linear[a][3 + 3 * b + c] = base[3 * a + b] * tip[9 + c];
        for (std::size_t d = 0; d < 3; d++)
          linear[3 + 3 * a + d][3 + 3 * b + c] = base[3 * a + b] * tip[3 * c + d];
      }
    }
  }
  for (std::size_t o = 0; o < outputs; o++) {
    std::array<double, 12> before{};
    double bias = weights[o];
    for (std::size_t k = 0; k < 12; k++) {
      before[k] = weights[(1 + k) * outputs + o];
      bias += constant[k] * before[k];
    }
    weights[o] = static_cast<float>(bias);
    for (std::size_t i = 0; i < 12; i++) {
      double sum = 0.0;
      for (std::size_t k = 0; k < 12; k++) sum += linear[k][i] * before[k];
      weights[(1 + i) * outputs + o] = static_cast<float>(sum);
    }
  }
}

// Return a body without capsules: MoveIt, or whoever else, knows what is in the way.
inline void add_no_body(PackedModel &packed, std::int64_t motions, std::int64_t joints) {
  Growing<std::int64_t> layout;
  layout.add(std::vector<std::int64_t>{0, 0, 0, 0});
  add_begins(layout, LEARNED_IK_BODY_PLACES, sections::of_body_layout(0, 0, 0, 0));
  add_begins(layout, 0, sections::of_shapes(0, 0));
  add_begins(layout, 0, sections::of_walk(0, 0, 0, motions, joints));
  layout.add(std::vector<std::int64_t>{0, 0});  // of both rising sections
  packed.body_layout = layout.values;
}

// Return the arrays of a chain, and of the network of another model where one is given.
inline PackedModel pack(const Chain &chain, const PackedModel *network, const Mounting &mounting) {
  checks::chain(chain);
  const std::size_t joints = chain.joint_names.size();
  const auto count = static_cast<std::int64_t>(joints);
  const auto motions = static_cast<std::int64_t>(chain.motions.size());
  const std::vector<Frame> frames = transforms(chain);
  double rigid = 0.0;
  for (const Frame &frame : frames) rigid += length(frame);

  std::vector<double> lower, upper, least, most, turns, home, low_seen, high_seen;
  PackedModel packed;
  packed.room.resize(2 * joints);
  for (std::size_t j = 0; j < joints; j++) {
    const Range r = range(chain, j, rigid);
    lower.push_back(r.lower), upper.push_back(r.upper);
    least.push_back(r.least), most.push_back(r.most);
    turns.push_back(r.turns), home.push_back(r.home);
    const double half = 0.5 * (r.upper - r.lower);
    packed.room[j] = std::isinf(r.least) && std::isinf(r.most) ? std::nan("") : r.lower + half;
    packed.room[joints + j] = half > 0 ? 1 / (half * half) : 1.0;
  }
  double reach = rigid;
  std::vector<bool> all_slide(joints, true);
  for (const Motion &motion : chain.motions) {
    const double far = std::max(std::abs(lower[motion.joint]), std::abs(upper[motion.joint]));
    if (motion.slides) reach += std::abs(motion.multiplier) * far + std::abs(motion.offset);
    if (!motion.slides) all_slide[motion.joint] = false;
  }
  const double told = std::min(std::max(reach, 1e-4), 1e4);
  const double weight = angular_weight * told / std::min(std::max(told, 0.1), 10.0);

  std::int64_t layers = 1, activation = 0, decoding = 0, heads = 0, lanes = 0, seen = 0;
  std::vector<std::int64_t> widths{LEARNED_IK_POSE_INPUTS};
  double seed_weight = 0.0;
  low_seen = lower, high_seen = upper;
  if (network != nullptr && network->layout[LEARNED_IK_HEADS] > 0) {
    const auto &at = network->layout;
    layers = at[LEARNED_IK_LAYERS], activation = at[LEARNED_IK_ACTIVATION];
    decoding = at[LEARNED_IK_DECODING], heads = at[LEARNED_IK_HEADS];
    lanes = at[LEARNED_IK_PADDED_HEADS], seen = at[LEARNED_IK_SEED_JOINTS];
    const std::int64_t *first = at.data() + at[LEARNED_IK_WIDTHS];
    widths.assign(first, first + layers);
    seed_weight = network->section(LEARNED_IK_CONSTANTS)[1];
    const double *low = network->section(LEARNED_IK_TRAINED_LOW);
    const double *high = network->section(LEARNED_IK_TRAINED_HIGH);
    low_seen.assign(low, low + joints), high_seen.assign(high, high + joints);
    packed.weights = network->weights;
    if (largest_difference(mounting.base, unmoved) > 0 ||
        largest_difference(mounting.tip, unmoved) > 0)
      mount(packed.weights, static_cast<std::size_t>(widths[1]), mounting);
  }
  std::int64_t widest = 0;
  for (const std::int64_t width : widths) widest = std::max(widest, sections::up_to(width, 16));

  Growing<std::int64_t> layout;
  layout.add(
      std::vector<std::int64_t>{count, motions, layers, activation, decoding, heads, lanes, seen});
  add_begins(layout, LEARNED_IK_PLACES, sections::of_layout(layers, motions, count));
  add_begins(layout, 0, sections::of_robot(motions, count));
  add_begins(layout, 0, sections::of_numbers(motions, count));
  add_begins(layout, 0, sections::of_activations(widest, count, motions, lanes));
  layout.add(widths);
  for (const Motion &motion : chain.motions)
    layout.add(std::array<std::int64_t, 2>{motion.slides, static_cast<std::int64_t>(motion.joint)});
  for (std::size_t j = 0; j < joints; j++) layout.values.push_back(chain.slides(j));
  packed.layout = layout.values;

  Growing<double> robot;
  robot.add(std::array<double, 3>{reach - length(frames[0]), seed_weight, weight});
  robot.add(restart_steps(joints));
  for (const Frame &frame : frames) robot.add(frame);
  for (const Motion &motion : chain.motions)
    robot.add(std::array<double, 2>{motion.multiplier, motion.offset});
  for (const auto &values : {lower, upper, least, most, turns, home}) robot.add(values);
  for (std::size_t j = 0; j < joints; j++) {
    const double usual = chain.slides(j) ? weight / angular_weight : 1.0;
    const double far = std::max(usual, share_of_range * (upper[j] - lower[j]));
    robot.values.push_back(1 / (longest_step * (all_slide[j] ? far : 1.0)));
  }
  robot.add(std::vector<double>(joints, 1.0));
  robot.add(low_seen);
  robot.add(high_seen);
  packed.robot = robot.values;
  packed.speeds.assign(joints, infinity);
  if (!chain.speeds.empty()) packed.speeds.assign(chain.speeds.begin(), chain.speeds.end());
  add_no_body(packed, motions, count);
  return packed;
}

}  // namespace learned_ik::packing
