// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// A robot as MoveIt's RobotModel has it, and the arm between two of its links. No MoveIt here.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "learned_ik/ik.hpp"

namespace learned_ik_moveit {

// The joint above a link.
struct JointAbove {
  enum class Kind { rigid, turns, slides, other };
  std::string name, parent_link;
  Kind kind = Kind::rigid;
  learned_ik::Frame origin = learned_ik::unmoved;  // in the parent link
  learned_ik::Position axis{0, 0, 1};
  double lower = -learned_ik::infinity, upper = learned_ik::infinity;  // [rad or m]
  double speed = learned_ik::infinity;                                 // [rad/s or m/s]
  std::string mimics;                                                  // a joint; empty: none
  double multiplier = 1.0, offset = 0.0;                               // by how much
};

using RobotTree = std::map<std::string, JointAbove>;  // by link; the root has none above it

// Return the links from a link up to one that has no joint above it.
inline std::vector<std::string> up_from(const RobotTree &tree, std::string link) {
  std::vector<std::string> links{link};
  for (auto above = tree.find(link); above != tree.end(); above = tree.find(link)) {
    if (links.size() > tree.size())
      throw learned_ik::InvalidInputError("link '" + link + "' is its own ancestor");
    link = above->second.parent_link;
    links.push_back(link);
  }
  return links;
}

// Return where a link is in another one, if only rigid joints lie between them.
inline std::optional<learned_ik::Frame> rigidly(const RobotTree &tree, const std::string &in,
                                                const std::string &link) {
  // From a link to where rigid joints alone no longer lead up.
  const auto to_top = [&](const std::string &from) {
    learned_ik::Frame frame = learned_ik::unmoved;
    std::string at = from;
    for (const std::string &next : up_from(tree, from)) {
      at = next;
      const auto above = tree.find(next);
      if (above == tree.end() || above->second.kind != JointAbove::Kind::rigid) break;
      frame = learned_ik::composed(above->second.origin, frame);
    }
    return std::pair<std::string, learned_ik::Frame>(at, frame);
  };
  const auto [top, T_top_in] = to_top(in);
  const auto [other_top, T_top_link] = to_top(link);
  if (top != other_top) return std::nullopt;
  return learned_ik::composed(learned_ik::inverse(T_top_in), T_top_link);
}

inline bool has_link(const RobotTree &tree, const std::string &link) {
  if (tree.count(link) > 0) return true;
  for (const auto &each : tree)
    if (each.second.parent_link == link) return true;
  return false;
}

// Return the arm between two links. `free` are the joints that it may move: the group's.
//
// Throws InvalidInputError where the tip is not behind the base, or something else moves it.
inline learned_ik::Chain arm_between(const RobotTree &tree, const std::string &base,
                                     const std::string &tip, const std::vector<std::string> &free) {
  using Kind = JointAbove::Kind;
  for (const std::string &link : {base, tip})
    if (!has_link(tree, link))
      throw learned_ik::InvalidInputError("the robot has no link '" + link + "'");
  std::vector<const JointAbove *> way;
  for (const std::string &link : up_from(tree, tip)) {
    if (link == base) break;
    const auto above = tree.find(link);
    if (above == tree.end())
      throw learned_ik::InvalidInputError("tip link '" + tip + "' is not behind base link '" +
                                          base + "'");
    way.insert(way.begin(), &above->second);
  }
  std::map<std::string, const JointAbove *> named;
  for (const auto &each : tree) named[each.second.name] = &each.second;

  learned_ik::Chain chain;
  chain.base_link = base, chain.tip_link = tip;
  std::map<std::string, std::size_t> numbers;
  learned_ik::Frame behind = learned_ik::unmoved;
  for (const JointAbove *joint : way) {
    if (joint->kind == Kind::rigid) {
      behind = learned_ik::composed(behind, joint->origin);
      continue;
    }
    if (joint->kind == Kind::other)
      throw learned_ik::InvalidInputError(
          "joint '" + joint->name + "' between '" + base + "' and '" + tip +
          "' is one that several numbers move; expected revolute, prismatic and fixed ones");
    const std::string driver = joint->mimics.empty() ? joint->name : joint->mimics;
    const auto known = named.find(driver);
    bool moved = known != named.end();
    if (moved) {
      moved = false;
      for (const std::string &each : free) moved = moved || each == driver;
    }
    if (!moved)
      throw learned_ik::InvalidInputError("joint '" + driver + "' moves '" + tip +
                                          "', but is not in the group; expected all joints "
                                          "between '" +
                                          base + "' and '" + tip + "'");
    if (numbers.count(driver) == 0) {
      numbers[driver] = chain.joint_names.size();
      chain.joint_names.push_back(driver);
      chain.lower.push_back(known->second->lower);
      chain.upper.push_back(known->second->upper);
      chain.speeds.push_back(known->second->speed);
    }
    const std::size_t number = numbers[driver];
    learned_ik::Motion motion;
    motion.origin = learned_ik::composed(behind, joint->origin);
    motion.axis = joint->axis;
    motion.slides = joint->kind == Kind::slides;
    motion.joint = number;
    if (!joint->mimics.empty()) {
      motion.multiplier = joint->multiplier, motion.offset = joint->offset;
      // What mimics keeps its own bounds, too.
      if (joint->multiplier != 0) {
        const double a = (joint->lower - joint->offset) / joint->multiplier;
        const double b = (joint->upper - joint->offset) / joint->multiplier;
        chain.lower[number] = std::max(chain.lower[number], std::min(a, b));
        chain.upper[number] = std::min(chain.upper[number], std::max(a, b));
      }
    }
    chain.motions.push_back(motion);
    behind = learned_ik::unmoved;
  }
  if (chain.motions.empty())
    throw learned_ik::InvalidInputError("nothing moves between '" + base + "' and '" + tip + "'");
  chain.tip = behind;
  return chain;
}

}  // namespace learned_ik_moveit
