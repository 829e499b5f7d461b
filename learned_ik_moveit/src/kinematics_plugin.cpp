// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// learned_ik/KinematicsPlugin: between MoveIt's types and a GroupSolver, and nothing else.
#include <learned_ik_moveit/learned_ik_kinematics_parameters.hpp>

#include <algorithm>
#include <ament_index_cpp/get_package_share_directory.hpp>
#include <chrono>
#include <memory>
#include <moveit/kinematics_base/kinematics_base.hpp>
#include <moveit/robot_model/robot_model.hpp>
#include <moveit/robot_state/robot_state.hpp>
#include <pluginlib/class_list_macros.hpp>
#include <pluginlib/class_loader.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "learned_ik_moveit/group_solver.hpp"

namespace learned_ik_moveit {

namespace {

using geometry_msgs::msg::Pose;
using kinematics::KinematicsQueryOptions;
using moveit::core::JointModel;
using moveit_msgs::msg::MoveItErrorCodes;

constexpr std::size_t most_solutions = 16;  // of one pose, where several are asked for

rclcpp::Logger logger() { return rclcpp::get_logger("learned_ik.kinematics_plugin"); }

learned_ik::Frame frame_of(const Eigen::Isometry3d &transform) {
  learned_ik::Frame frame{};
  for (int row = 0; row < 3; row++) {
    for (int column = 0; column < 3; column++)
      frame[static_cast<std::size_t>(3 * row + column)] = transform(row, column);
    frame[static_cast<std::size_t>(9 + row)] = transform(row, 3);
  }
  return frame;
}

JointAbove joint_above(const JointModel &joint, const moveit::core::LinkModel &link) {
  JointAbove above;
  above.name = joint.getName();
  if (joint.getParentLinkModel() != nullptr)
    above.parent_link = joint.getParentLinkModel()->getName();
  above.origin = frame_of(link.getJointOriginTransform());
  Eigen::Vector3d axis = Eigen::Vector3d::UnitZ();
  switch (joint.getType()) {
    case JointModel::FIXED:
      return above;
    case JointModel::REVOLUTE:
      above.kind = JointAbove::Kind::turns;
      axis = static_cast<const moveit::core::RevoluteJointModel &>(joint).getAxis();
      break;
    case JointModel::PRISMATIC:
      above.kind = JointAbove::Kind::slides;
      axis = static_cast<const moveit::core::PrismaticJointModel &>(joint).getAxis();
      break;
    default:
      above.kind = JointAbove::Kind::other;
      return above;
  }
  above.axis = {axis.x(), axis.y(), axis.z()};
  const moveit::core::VariableBounds &bounds = joint.getVariableBounds().front();
  if (bounds.position_bounded_)
    above.lower = bounds.min_position_, above.upper = bounds.max_position_;
  if (bounds.velocity_bounded_) above.speed = bounds.max_velocity_;
  if (joint.getMimic() != nullptr) {
    above.mimics = joint.getMimic()->getName();
    above.multiplier = joint.getMimicFactor(), above.offset = joint.getMimicOffset();
  }
  return above;
}

// The root link has no joint above it: the virtual one is the world's.
RobotTree tree_of(const moveit::core::RobotModel &model) {
  RobotTree tree;
  for (const moveit::core::LinkModel *link : model.getLinkModels())
    if (link->getParentLinkModel() != nullptr)
      tree[link->getName()] = joint_above(*link->getParentJointModel(), *link);
  return tree;
}

learned_ik::Pose pose_of(const Pose &pose) {
  const auto &p = pose.position;
  const auto &q = pose.orientation;
  return {{p.x, p.y, p.z}, {q.x, q.y, q.z, q.w}};
}

Pose message_of(const learned_ik::Pose &pose) {
  Pose message;
  message.position.x = pose.position[0];
  message.position.y = pose.position[1];
  message.position.z = pose.position[2];
  message.orientation.x = pose.orientation[0];
  message.orientation.y = pose.orientation[1];
  message.orientation.z = pose.orientation[2];
  message.orientation.w = pose.orientation[3];
  return message;
}

std::string path_of(const std::string &name) {
  const std::string scheme = "package://";
  if (name.compare(0, scheme.size(), scheme) != 0) return name;
  const std::size_t slash = name.find('/', scheme.size());
  const std::string package = name.substr(scheme.size(), slash - scheme.size());
  return ament_index_cpp::get_package_share_directory(package) +
         (slash == std::string::npos ? "" : name.substr(slash));
}

std::int32_t code_of(Result result) {
  switch (result) {
    case Result::solved:
      return MoveItErrorCodes::SUCCESS;
    case Result::timed_out:
      return MoveItErrorCodes::TIMED_OUT;
    case Result::bad_seed:
      return MoveItErrorCodes::INVALID_ROBOT_STATE;
    default:
      return MoveItErrorCodes::NO_IK_SOLUTION;
  }
}

}  // namespace

class KinematicsPlugin : public kinematics::KinematicsBase {
 public:
  KinematicsPlugin() {
    supported_methods_.push_back(kinematics::DiscretizationMethods::ALL_DISCRETIZED);
    supported_methods_.push_back(kinematics::DiscretizationMethods::ALL_RANDOM_SAMPLED);
  }

  bool initialize(const rclcpp::Node::SharedPtr &node, const moveit::core::RobotModel &model,
                  const std::string &group_name, const std::string &base_frame,
                  const std::vector<std::string> &tip_frames,
                  double search_discretization) override {
    try {
      node_ = node;
      storeValues(model, group_name, base_frame, tip_frames, search_discretization);
      set_up(model, search_discretization);
      return true;
    } catch (const std::exception &error) {
      solver_.reset();
      RCLCPP_ERROR(logger(), "group '%s' is not served: %s", group_name.c_str(), error.what());
      return false;
    }
  }

  bool supportsGroup(const moveit::core::JointModelGroup *group,
                     std::string *error) const override {
    if (group->isSingleDOFJoints()) return true;
    if (error != nullptr) *error = "it has joints that several numbers move";
    return false;
  }

  const std::vector<std::string> &getJointNames() const override { return joints_; }
  const std::vector<std::string> &getLinkNames() const override { return tip_frames_; }

  bool getPositionIK(const Pose &pose, const std::vector<double> &seed,
                     std::vector<double> &solution, MoveItErrorCodes &code,
                     const KinematicsQueryOptions &options) const override {
    return search(pose, seed, default_timeout_, {}, solution, nullptr, code, options);
  }

  bool getPositionIK(const std::vector<Pose> &poses, const std::vector<double> &seed,
                     std::vector<std::vector<double>> &solutions,
                     kinematics::KinematicsResult &result,
                     const KinematicsQueryOptions &options) const override {
    solutions.clear();
    result.solution_percentage = 0.0;
    if (poses.empty() || poses.size() > 1) {
      result.kinematic_error = poses.empty()
                                   ? kinematics::KinematicErrors::EMPTY_TIP_POSES
                                   : kinematics::KinematicErrors::MULTIPLE_TIPS_NOT_SUPPORTED;
      return false;
    }
    using namespace kinematics::DiscretizationMethods;
    const auto method = options.discretization_method;
    if (method == SOME_DISCRETIZED || method == SOME_RANDOM_SAMPLED) {
      result.kinematic_error = kinematics::KinematicErrors::UNSUPORTED_DISCRETIZATION_REQUESTED;
      return false;
    }
    result.kinematic_error = kinematics::KinematicErrors::SOLVER_NOT_ACTIVE;
    if (!solver_) return false;
    if (method == NO_DISCRETIZATION) {  // MoveIt means by that the nearest to the seed alone
      MoveItErrorCodes code;
      std::vector<double> nearest;
      if (getPositionIK(poses[0], seed, nearest, code, options)) solutions.push_back(nearest);
    } else {
      solutions = several(question(poses[0], seed, default_timeout_, {}, options));
    }
    const bool found = !solutions.empty();
    result.kinematic_error =
        found ? kinematics::KinematicErrors::OK : kinematics::KinematicErrors::NO_SOLUTION;
    result.solution_percentage = found ? 1.0 : 0.0;
    return found;
  }

  bool searchPositionIK(const Pose &pose, const std::vector<double> &seed, double timeout,
                        std::vector<double> &solution, MoveItErrorCodes &code,
                        const KinematicsQueryOptions &options) const override {
    return search(pose, seed, timeout, {}, solution, nullptr, code, options);
  }

  bool searchPositionIK(const Pose &pose, const std::vector<double> &seed, double timeout,
                        const std::vector<double> &consistency, std::vector<double> &solution,
                        MoveItErrorCodes &code,
                        const KinematicsQueryOptions &options) const override {
    return search(pose, seed, timeout, consistency, solution, nullptr, code, options);
  }

  bool searchPositionIK(const Pose &pose, const std::vector<double> &seed, double timeout,
                        std::vector<double> &solution, const IKCallbackFn &callback,
                        MoveItErrorCodes &code,
                        const KinematicsQueryOptions &options) const override {
    return search(pose, seed, timeout, {}, solution, callback, code, options);
  }

  bool searchPositionIK(const Pose &pose, const std::vector<double> &seed, double timeout,
                        const std::vector<double> &consistency, std::vector<double> &solution,
                        const IKCallbackFn &callback, MoveItErrorCodes &code,
                        const KinematicsQueryOptions &options) const override {
    return search(pose, seed, timeout, consistency, solution, callback, code, options);
  }

  bool getPositionFK(const std::vector<std::string> &links, const std::vector<double> &joints,
                     std::vector<Pose> &poses) const override {
    poses.clear();
    if (!solver_ || joints.size() != joints_.size()) return false;
    moveit::core::RobotState state(robot_model_);
    state.setToDefaultValues();
    for (std::size_t k = 0; k < joints_.size(); k++)
      state.setJointPositions(joints_[k], &joints[k]);
    state.updateLinkTransforms();
    const Eigen::Isometry3d base = state.getGlobalLinkTransform(base_frame_).inverse();
    for (const std::string &link : links) {
      if (!robot_model_->hasLinkModel(link)) {
        RCLCPP_ERROR(logger(), "the robot has no link '%s'", link.c_str());
        poses.clear();
        return false;
      }
      const learned_ik::Frame frame = frame_of(base * state.getGlobalLinkTransform(link));
      poses.push_back(
          message_of({{frame[9], frame[10], frame[11]}, learned_ik::quaternion(frame)}));
    }
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::string> joints_;  // of the group, each of one number, mimicking ones too
  std::unique_ptr<GroupSolver> solver_;
  // The loader goes last: it holds the code of the plugin that it has made.
  std::unique_ptr<pluginlib::ClassLoader<kinematics::KinematicsBase>> loader_;
  kinematics::KinematicsBasePtr then_;

  void set_up(const moveit::core::RobotModel &model, double search_discretization) {
    const moveit::core::JointModelGroup *group = model.getJointModelGroup(group_name_);
    if (group == nullptr) throw std::invalid_argument("the robot has no such group");
    if (tip_frames_.size() != 1)
      throw std::invalid_argument("it has " + std::to_string(tip_frames_.size()) +
                                  " tips; expected one");
    // A group that begins at the root has no link before it, but the model frame.
    if (!model.hasLinkModel(base_frame_) && base_frame_ == model.getModelFrame())
      base_frame_ = model.getRootLinkName();
    joints_.clear();
    for (const JointModel *joint : group->getJointModels())
      if (joint->getType() == JointModel::REVOLUTE || joint->getType() == JointModel::PRISMATIC)
        joints_.push_back(joint->getName());
    learned_ik_kinematics::ParamListener listener(node_,
                                                  "robot_description_kinematics." + group_name_);
    const learned_ik_kinematics::Params params = listener.get_params();
    const RobotTree tree = tree_of(model);
    solver_ = std::make_unique<GroupSolver>(
        tree, Group{group_name_, base_frame_, tip_frames_[0], joints_}, network(params.model),
        Precision{params.position_tolerance, params.orientation_tolerance},
        params.calibration_tolerance);
    const std::string network = solver_->has_network() ? "its network" : "no network";
    RCLCPP_INFO(logger(), "group '%s': %s to %s, %zu joints, with %s", group_name_.c_str(),
                base_frame_.c_str(), tip_frames_[0].c_str(), joints_.size(), network.c_str());
    if (!solver_->network_note().empty())
      RCLCPP_WARN(logger(), "group '%s': the network of '%s' is not used: %s", group_name_.c_str(),
                  params.model.c_str(), solver_->network_note().c_str());
    RCLCPP_DEBUG(logger(),
                 "kinematics_solver_search_resolution %g is ignored: nothing is "
                 "searched in steps",
                 search_discretization);
    load_then(params.then, model, search_discretization);
  }

  // A network is a help, no need: what is wrong with its file is told, and it is left out.
  std::shared_ptr<const learned_ik::Model> network(const std::string &name) const {
    if (name.empty()) return nullptr;
    try {
      return learned_ik::Model::load(path_of(name));
    } catch (const std::exception &error) {
      RCLCPP_WARN(logger(),
                  "group '%s': solving without a network, as %s; expected what "
                  "`learned_ik export MODEL --native FILE` writes",
                  group_name_.c_str(), error.what());
      return nullptr;
    }
  }

  void load_then(const std::string &name, const moveit::core::RobotModel &model,
                 double search_discretization) {
    then_.reset();
    if (name.empty()) return;
    if (name == "learned_ik/KinematicsPlugin")
      throw std::invalid_argument("`then` names this plugin itself; expected another one");
    loader_ = std::make_unique<pluginlib::ClassLoader<kinematics::KinematicsBase>>(
        "moveit_core", "kinematics::KinematicsBase");
    then_ = loader_->createUniqueInstance(name);
    if (!then_->initialize(node_, model, group_name_, base_frame_, tip_frames_,
                           search_discretization))
      throw std::invalid_argument("'" + name + "' could not be initialised");
    if (then_->getJointNames() != joints_)
      throw std::invalid_argument("'" + name + "' has other joints, or in another order");
  }

  Question question(const Pose &pose, const std::vector<double> &seed, double timeout,
                    const std::vector<double> &consistency,
                    const KinematicsQueryOptions &options) const {
    Question question;
    question.pose = pose_of(pose);
    question.seed = seed;
    question.timeout = timeout > 0 ? timeout : default_timeout_;
    question.consistency = consistency;
    question.approximate = options.return_approximate_solution;
    if (options.lock_redundant_joints)
      question.locked.assign(redundant_joint_indices_.begin(), redundant_joint_indices_.end());
    return question;
  }

  std::vector<std::vector<double>> several(const Question &question) const {
    try {
      return solver_->solve_all(question, most_solutions);
    } catch (const learned_ik::InvalidInputError &error) {
      RCLCPP_WARN(logger(), "group '%s': %s", group_name_.c_str(), error.what());
      return {};
    }
  }

  bool search(const Pose &pose, const std::vector<double> &seed, double timeout,
              const std::vector<double> &consistency, std::vector<double> &solution,
              const IKCallbackFn &callback, MoveItErrorCodes &code,
              const KinematicsQueryOptions &options) const {
    code.val = MoveItErrorCodes::FAILURE;
    if (!solver_) {
      RCLCPP_ERROR(logger(), "group '%s' was not initialised", group_name_.c_str());
      return false;
    }
    const Clock::time_point began = Clock::now();
    try {
      Question asked = question(pose, seed, timeout, consistency, options);
      if (callback && !then_)
        asked.accept = [&](const std::vector<double> &joints) {
          MoveItErrorCodes accepted;
          accepted.val = MoveItErrorCodes::SUCCESS;
          callback(pose, joints, accepted);
          return accepted.val == MoveItErrorCodes::SUCCESS;
        };
      const Answer answer = solver_->solve(asked);
      if (then_ && answer.result != Result::bad_seed)
        return ask_then(answer, asked, pose, began, solution, callback, code, options);
      code.val = code_of(answer.result);
      if (answer.result == Result::bad_seed)
        RCLCPP_WARN(logger(), "group '%s': %s", group_name_.c_str(), answer.message.c_str());
      else if (answer.result != Result::solved)
        RCLCPP_DEBUG(logger(), "group '%s': %s", group_name_.c_str(), answer.message.c_str());
      if (answer.result == Result::solved) solution = answer.joints;
      return answer.result == Result::solved;
    } catch (const learned_ik::InvalidInputError &error) {
      RCLCPP_WARN(logger(), "group '%s': %s", group_name_.c_str(), error.what());
      code.val = MoveItErrorCodes::INVALID_GOAL_CONSTRAINTS;
      return false;
    }
  }

  // Let the other plugin begin at our answer; what it answers stays near the seed that was asked.
  bool ask_then(const Answer &answer, const Question &asked, const Pose &pose,
                Clock::time_point began, std::vector<double> &solution,
                const IKCallbackFn &callback, MoveItErrorCodes &code,
                const KinematicsQueryOptions &options) const {
    const std::vector<double> &begin = answer.result == Result::solved ? answer.joints : asked.seed;
    const double passed = std::chrono::duration<double>(Clock::now() - began).count();
    const double left = std::max(asked.timeout - passed, 0.001);
    const auto is_near = [&](const std::vector<double> &joints) {
      for (std::size_t k = 0; k < asked.consistency.size(); k++)
        if (!(std::abs(joints[k] - asked.seed[k]) <= asked.consistency[k])) return false;
      return true;
    };
    const IKCallbackFn also_near = [&](const Pose &reached, const std::vector<double> &joints,
                                       MoveItErrorCodes &accepted) {
      accepted.val = MoveItErrorCodes::NO_IK_SOLUTION;
      if (!is_near(joints)) return;
      accepted.val = MoveItErrorCodes::SUCCESS;
      if (callback) callback(reached, joints, accepted);
    };
    return then_->searchPositionIK(pose, begin, left, asked.consistency, solution, also_near, code,
                                   options);
  }
};

}  // namespace learned_ik_moveit

PLUGINLIB_EXPORT_CLASS(learned_ik_moveit::KinematicsPlugin, kinematics::KinematicsBase)
