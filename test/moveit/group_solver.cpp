// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Questions as MoveIt asks them, of a robot told in text: group_solver ROBOT MODEL MODE. Prints
// what test_group_solver.py judges.
#include "learned_ik_moveit/group_solver.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <thread>

namespace {

using learned_ik_moveit::Answer;
using learned_ik_moveit::Group;
using learned_ik_moveit::GroupSolver;
using learned_ik_moveit::JointAbove;
using learned_ik_moveit::Question;
using learned_ik_moveit::Result;
using learned_ik_moveit::RobotTree;

double number(std::istream &line) {
  std::string word;
  line >> word;
  return std::stod(word);
}

// Lines: `group BASE TIP JOINT...`, and for each joint
// `joint NAME PARENT CHILD KIND 12 of the origin, 3 of the axis, LOWER UPPER MIMICS|- K OFFSET`.
RobotTree read(const char *path, Group &group) {
  std::ifstream file(path);
  RobotTree tree;
  for (std::string text; std::getline(file, text);) {
    std::istringstream line(text);
    std::string what, child, kind;
    line >> what;
    if (what == "group") {
      line >> group.base_link >> group.tip_link;
      for (std::string joint; line >> joint;) group.joints.push_back(joint);
      continue;
    }
    JointAbove joint;
    line >> joint.name >> joint.parent_link >> child >> kind;
    joint.kind = kind == "fixed"       ? JointAbove::Kind::rigid
                 : kind == "prismatic" ? JointAbove::Kind::slides
                 : kind == "floating"  ? JointAbove::Kind::other
                                       : JointAbove::Kind::turns;
    for (double &value : joint.origin) value = number(line);
    for (double &value : joint.axis) value = number(line);
    joint.lower = number(line), joint.upper = number(line);
    line >> joint.mimics;
    if (joint.mimics == "-") joint.mimics.clear();
    joint.multiplier = number(line), joint.offset = number(line);
    tree[child] = joint;
  }
  return tree;
}

void print(const char *what, const Question &question, const Answer &answer) {
  std::printf("%s %d", what, static_cast<int>(answer.result));
  const auto &[position, orientation] = question.pose;
  for (const double value : position) std::printf(" %.17g", value);
  for (const double value : orientation) std::printf(" %.17g", value);
  for (const double value : question.seed) std::printf(" %.17g", value);
  for (const double value : answer.joints) std::printf(" %.17g", value);
  std::printf("\n");
}

struct Random {
  std::mt19937 engine{7};
  std::vector<double> between(const std::vector<double> &low, const std::vector<double> &high) {
    std::vector<double> values;
    for (std::size_t k = 0; k < low.size(); k++)
      values.push_back(
          std::uniform_real_distribution<>(std::max(low[k], -3.1), std::min(high[k], 3.1))(engine));
    return values;
  }
};

// Joint positions of the group: mimicking joints follow.
std::vector<double> posture(const RobotTree &tree, const Group &group, Random &random) {
  std::vector<double> low, high;
  std::map<std::string, const JointAbove *> named;
  for (const auto &each : tree) named[each.second.name] = &each.second;
  for (const std::string &name : group.joints)
    low.push_back(named[name]->lower), high.push_back(named[name]->upper);
  std::vector<double> q;
  for (bool within = false; !within;) {
    within = true;
    q = random.between(low, high);
    for (std::size_t k = 0; k < q.size(); k++)
      for (std::size_t other = 0; other < q.size(); other++)
        if (named[group.joints[k]]->mimics == group.joints[other]) {
          q[k] = named[group.joints[k]]->multiplier * q[other] + named[group.joints[k]]->offset;
          within = within && low[k] <= q[k] && q[k] <= high[k];
        }
  }
  return q;
}

void ask(const RobotTree &tree, const Group &group, const GroupSolver &solver) {
  Random random;
  for (int k = 0; k < 100; k++) {
    Question question;
    question.pose = solver.forward(posture(tree, group, random));
    question.seed = posture(tree, group, random);
    print("random", question, solver.solve(question));
  }
  for (int k = 0; k < 50; k++) {  // joints may go 0.3, and one of them nowhere
    Question question;
    const std::vector<double> goal = posture(tree, group, random);
    question.pose = solver.forward(goal);
    question.seed = goal;
    for (double &value : question.seed)
      value += std::uniform_real_distribution<>(-0.2, 0.2)(random.engine);
    question.seed[0] = goal[0];
    question.consistency.assign(goal.size(), 0.3);
    question.locked = {0};
    print("near", question, solver.solve(question));
  }
  int calls = 0;
  Question question;
  question.pose = solver.forward(posture(tree, group, random));
  question.seed = posture(tree, group, random);
  std::vector<std::vector<double>> seen;
  question.accept = [&](const std::vector<double> &joints) {
    seen.push_back(joints);
    return ++calls > 5;
  };
  question.timeout = 1.0;
  print("sixth", question, solver.solve(question));
  for (const auto &each : seen) print("seen", question, {Result::solved, each, {}});
  question.accept = [](const std::vector<double> &) { return false; };
  question.timeout = 0.05;
  const auto began = std::chrono::steady_clock::now();
  print("refused", question, solver.solve(question));
  std::printf("took %g\n",
              std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  question.accept = nullptr;
  question.pose.position = {50, 0, 0};
  print("far", question, solver.solve(question));
  question.approximate = true;
  print("nearest", question, solver.solve(question));
  question.seed[0] = std::nan("");
  print("nan", question, solver.solve(question));
  question.seed.pop_back();
  print("short", question, solver.solve(question));

  // Several threads at once answer as one does.
  std::vector<Question> questions(50);
  std::vector<Answer> alone;
  for (Question &each : questions) {
    each.pose = solver.forward(posture(tree, group, random));
    each.seed = posture(tree, group, random);
    each.timeout = 5.0;
    alone.push_back(solver.solve(each));
  }
  std::vector<int> different(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < different.size(); t++)
    threads.emplace_back([&, t] {
      for (std::size_t k = 0; k < questions.size(); k++)
        different[t] += solver.solve(questions[k]).joints != alone[k].joints;
    });
  for (std::thread &thread : threads) thread.join();
  for (const int count : different) std::printf("different %d\n", count);
}

}  // namespace

int main(int count, char **words) {
  if (count != 3) return 2;
  try {
    Group group;
    const RobotTree tree = read(words[1], group);
    const std::string model = words[2];
    const GroupSolver solver(tree, group, model == "-" ? nullptr : learned_ik::Model::load(model));
    std::printf("network %d %s\n", solver.has_network(), solver.network_note().c_str());
    ask(tree, group, solver);
  } catch (const learned_ik::Error &error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
