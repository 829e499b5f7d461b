// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Kinematics plugins side by side: how many of the same poses RobotState::setFromIK solves within
// bounds, and how long it takes, pose after pose in turns.
//
//     compare_plugins URDF SRDF GROUP POSES TIMEOUT PLUGIN[:PARAMETER=VALUE]... [--ros-args ...]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <moveit/kinematics_base/kinematics_base.hpp>
#include <moveit/robot_model/robot_model.hpp>
#include <moveit/robot_state/robot_state.hpp>
#include <pluginlib/class_loader.hpp>
#include <rclcpp/rclcpp.hpp>
#include <sstream>
#include <string>
#include <urdf_parser/urdf_parser.h>
#include <vector>

namespace {

using Loader = pluginlib::ClassLoader<kinematics::KinematicsBase>;
using moveit::core::JointModelGroup;
using moveit::core::RobotState;

std::string content(const std::string &path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("'" + path + "' cannot be read");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// One plugin, on a robot model of its own.
struct Contestant {
  std::string name;
  rclcpp::Node::SharedPtr node;
  moveit::core::RobotModelPtr model;
  std::vector<double> milliseconds;
  int solved = 0, within_bounds = 0;
  double worst = 0.0;  // [m] or [rad], of what was called solved
};

rclcpp::Parameter parameter(const std::string &name, const std::string &value) {
  char *end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  return *end == '\0' ? rclcpp::Parameter(name, number) : rclcpp::Parameter(name, value);
}

Contestant contestant(const std::string &word, const std::string &group, int number,
                      const urdf::ModelInterfaceSharedPtr &urdf,
                      const srdf::ModelConstSharedPtr &srdf, Loader &loader) {
  Contestant made;
  made.name = word;
  const std::string plugin = word.substr(0, word.find(':'));
  rclcpp::NodeOptions options;
  if (plugin.size() < word.size()) {
    const std::string setting = word.substr(plugin.size() + 1);
    const std::size_t equals = setting.find('=');
    options.parameter_overrides(
        {parameter("robot_description_kinematics." + group + "." + setting.substr(0, equals),
                   setting.substr(equals + 1))});
  }
  made.node = std::make_shared<rclcpp::Node>("contestant_" + std::to_string(number), options);
  made.model = std::make_shared<moveit::core::RobotModel>(urdf, srdf);
  const auto allocate = [&loader, plugin, node = made.node](const JointModelGroup *joints) {
    const auto &links = joints->getLinkModels();
    const auto *base = links.front()->getParentJointModel()->getParentLinkModel();
    kinematics::KinematicsBasePtr solver = loader.createUniqueInstance(plugin);
    if (!solver->initialize(node, joints->getParentModel(), joints->getName(),
                            base ? base->getName() : joints->getParentModel().getModelFrame(),
                            {links.back()->getName()}, 0.005))
      throw std::runtime_error("'" + plugin + "' does not serve the group");
    return solver;
  };
  made.model->setKinematicsAllocators({{group, allocate}});
  return made;
}

void ask(Contestant &asked, const std::string &group, const std::vector<double> &seed,
         const Eigen::Isometry3d &pose, double timeout) {
  const JointModelGroup *joints = asked.model->getJointModelGroup(group);
  RobotState state(asked.model);
  state.setToDefaultValues();
  state.setJointGroupPositions(joints, seed);
  state.update();
  const auto began = std::chrono::steady_clock::now();
  const bool solved = state.setFromIK(joints, pose, timeout);
  asked.milliseconds.push_back(
      1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  if (!solved) return;
  state.update();
  const Eigen::Isometry3d missed =
      state.getGlobalLinkTransform(joints->getLinkModels().back()).inverse() * pose;
  asked.solved++;
  asked.within_bounds += state.satisfiesBounds(joints, 1e-9);
  asked.worst = std::max(
      {asked.worst, missed.translation().norm(), Eigen::AngleAxisd(missed.rotation()).angle()});
}

void compare(std::vector<Contestant> &all, const std::string &group, const std::string &seeds,
             int poses, double timeout) {
  random_numbers::RandomNumberGenerator random(7);
  const JointModelGroup *joints = all.front().model->getJointModelGroup(group);
  for (Contestant &each : all)
    each.milliseconds.clear(), each.solved = each.within_bounds = 0, each.worst = 0.0;
  for (int k = 0; k < poses; k++) {
    RobotState goal(all.front().model), seed(all.front().model);
    goal.setToDefaultValues(), seed.setToDefaultValues();
    goal.setToRandomPositions(joints, random);
    goal.update();
    if (seeds == "random") seed.setToRandomPositions(joints, random);
    if (seeds == "near") seed.setToRandomPositionsNearBy(joints, goal, 0.1, random);
    std::vector<double> positions;
    seed.copyJointGroupPositions(joints, positions);
    const Eigen::Isometry3d pose = goal.getGlobalLinkTransform(joints->getLinkModels().back());
    for (std::size_t turn = 0; turn < all.size(); turn++)
      ask(all[(turn + static_cast<std::size_t>(k)) % all.size()], group, positions, pose, timeout);
  }
  for (Contestant &each : all) {
    std::sort(each.milliseconds.begin(), each.milliseconds.end());
    const std::size_t count = each.milliseconds.size();
    std::printf("%-8s %-60s %6d %6d %10.4f %10.4f %10.2f %10.2g\n", seeds.c_str(),
                each.name.c_str(), each.solved, each.within_bounds, each.milliseconds[count / 2],
                each.milliseconds[count * 99 / 100], each.milliseconds.back(), each.worst);
  }
}

}  // namespace

int main(int count, char **words) {
  const std::vector<std::string> given = rclcpp::init_and_remove_ros_arguments(count, words);
  if (given.size() < 7) {
    std::cerr << "compare_plugins URDF SRDF GROUP POSES TIMEOUT PLUGIN[:PARAMETER=VALUE]...\n";
    return 2;
  }
  try {
    const auto urdf = urdf::parseURDF(content(given[1]));
    const auto srdf = std::make_shared<srdf::Model>();
    srdf->initString(*urdf, content(given[2]));
    Loader loader("moveit_core", "kinematics::KinematicsBase");
    std::vector<Contestant> all;
    for (std::size_t k = 6; k < given.size(); k++)
      all.push_back(contestant(given[k], given[3], static_cast<int>(k), urdf, srdf, loader));
    std::printf("%-8s %-60s %6s %6s %10s %10s %10s %10s\n", "seeds", "plugin", "solved", "bounds",
                "median", "p99", "max [ms]", "misses by");
    for (const char *seeds : {"middle", "random", "near"})
      compare(all, given[3], seeds, std::stoi(given[4]), std::stod(given[5]));
    all.clear();
  } catch (const std::exception &error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  rclcpp::shutdown();
  return 0;
}
