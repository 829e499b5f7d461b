// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// An arm that the caller describes, solved: described MODEL CHAIN ASKED ANSWERED. MODEL gives the
// network; "-": none. CHAIN is text, as test_described.py writes it.
#include <fstream>
#include <iostream>
#include <iterator>

#include "learned_ik/ik.hpp"

namespace {

template <class Array>
void read(std::istream &file, Array &values) {
  for (auto &value : values) {
    std::string word;  // which may be inf
    file >> word;
    value = std::stod(word);
  }
}

learned_ik::Chain chain_of(std::istream &file, learned_ik::packing::Mounting &mounting) {
  std::size_t joints = 0, motions = 0;
  learned_ik::Chain chain;
  file >> joints >> motions >> chain.base_link >> chain.tip_link;
  chain.joint_names.resize(joints);
  for (std::string &name : chain.joint_names) file >> name;
  chain.lower.resize(joints), chain.upper.resize(joints), chain.speeds.resize(joints);
  read(file, chain.lower), read(file, chain.upper), read(file, chain.speeds);
  for (std::size_t k = 0; k < motions; k++) {
    learned_ik::Motion motion;
    read(file, motion.origin), read(file, motion.axis);
    file >> motion.slides >> motion.joint >> motion.multiplier >> motion.offset;
    chain.motions.push_back(motion);
  }
  read(file, chain.tip), read(file, mounting.base), read(file, mounting.tip);
  return chain;
}

void run(const std::string &network, const char *chain_file, const char *asked,
         const char *answered) {
  std::ifstream file(chain_file);
  learned_ik::packing::Mounting mounting;
  const learned_ik::Chain chain = chain_of(file, mounting);
  std::shared_ptr<const learned_ik::Model> model = learned_ik::Model::of(chain);
  if (network != "-") {
    const auto trained = learned_ik::Model::load(network);
    std::cout << "difference: " << learned_ik::difference(trained, model) << "\n";
    if (trained->joint_names() == chain.joint_names)
      model = learned_ik::Model::of(chain, *trained, mounting);
  }
  for (const double value : model->packed().robot) std::cout << std::hexfloat << value << "\n";
  learned_ik::Solver solver(model);
  std::ifstream requests(asked, std::ios::binary);
  std::ofstream answers(answered, std::ios::binary);
  std::array<double, 7> pose;
  while (requests.read(reinterpret_cast<char *>(pose.data()), sizeof pose)) {
    const learned_ik::Solution solution =
        solver.solve({pose[0], pose[1], pose[2]}, {pose[3], pose[4], pose[5], pose[6]});
    std::vector<double> row{static_cast<double>(static_cast<int>(solution.status)),
                            static_cast<double>(solution.attempts)};
    row.insert(row.end(), solution.joint_positions.begin(), solution.joint_positions.end());
    answers.write(reinterpret_cast<const char *>(row.data()),
                  static_cast<std::streamsize>(8 * row.size()));
  }
}

}  // namespace

int main(int count, char **words) {
  if (count != 5) return 2;
  try {
    run(words[1], words[2], words[3], words[4]);
  } catch (const learned_ik::Error &error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
