// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// A model as `learned_ik export MODEL --native FILE` writes it; packed_model.py says how.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <numeric>
#include <string>
#include <vector>

#include "learned_ik/aligned.hpp"
#include "learned_ik/errors.hpp"
#include "learned_ik/kernels.h"
#include "learned_ik/packed_model.hpp"
#include "learned_ik/packing.hpp"

namespace learned_ik {

// One arm and its network. It never changes: all threads may share one.
class Model {
 public:
  // Read a packed model. Throws ModelFileError, or LibraryError.
  static std::shared_ptr<const Model> load(const std::string &path) {
    check_library();
    std::ifstream file(path, std::ios::binary);
    if (!file) throw ModelFileError("'" + path + "' cannot be opened");
    file.seekg(0, std::ios::end);
    const std::streamoff size = file.tellg();
    if (size < 0 || size > most_bytes)
      throw ModelFileError("'" + path + "' is no packed model: expected a file of at most 256 MB");
    file.seekg(0);
    try {
      std::vector<char> content(static_cast<std::size_t>(size));
      if (!file.read(content.data(), size)) throw ModelFileError("'" + path + "' cannot be read");
      return from_bytes(content, path);
    } catch (const std::bad_alloc &) {
      throw ModelFileError("'" + path + "': there is not enough memory for it");
    }
  }

  // The same from memory; errors call it `name`.
  static std::shared_ptr<const Model> from_bytes(const std::vector<char> &content,
                                                 const std::string &name) {
    check_library();
    std::shared_ptr<Model> model(new Model);
    try {
      model->read(content);
    } catch (const ModelFileError &error) {
      throw ModelFileError("'" + name + "' is no packed model: " + error.what());
    }
    return model;
  }

  // An arm that the caller describes, without a network: starts in the middle and all over do.
  // It has no body: it cannot keep clear. Throws InvalidInputError for what is no arm.
  static std::shared_ptr<const Model> of(const Chain &chain) { return made(chain, nullptr, {}); }

  // The same with the network of another model, which says where to begin; its joints are the same,
  // in the same order: see `difference` in fitting.hpp. `mounting` says where its links stand.
  static std::shared_ptr<const Model> of(const Chain &chain, const Model &network,
                                         const packing::Mounting &mounting = {}) {
    if (network.joint_names() != chain.joint_names)
      throw InvalidInputError("the network is one for " + std::to_string(network.joints()) +
                              " joints of other names or in another order; expected the chain's");
    return made(chain, &network, mounting);
  }

  std::int64_t joints() const { return packed_.layout[LEARNED_IK_JOINTS]; }
  std::int64_t heads() const { return packed_.layout[LEARNED_IK_HEADS]; }
  const std::string &name() const { return texts_[0]; }
  const std::string &base_link() const { return texts_[1]; }
  const std::string &tip_link() const { return texts_[2]; }
  const std::string &fingerprint() const { return texts_[3]; }
  const std::vector<std::string> &joint_names() const { return joint_names_; }
  const std::vector<std::string> &body_links() const { return body_links_; }  // of each capsule
  // [rad or m]; of an endless joint some turn.
  std::vector<double> lower() const { return joint_values(LEARNED_IK_LOWER); }
  std::vector<double> upper() const { return joint_values(LEARNED_IK_UPPER); }
  const PackedModel &packed() const { return packed_; }

 private:
  static constexpr std::streamoff most_bytes = std::streamoff{256} << 20;
  static constexpr std::int64_t most = 1 << 20;  // of whatever is counted
  static constexpr char magic[] = "LEARNIK\x01";

  PackedModel packed_;
  std::vector<std::string> texts_, joint_names_, body_links_;

  static std::shared_ptr<const Model> made(const Chain &chain, const Model *network,
                                           const packing::Mounting &mounting) {
    check_library();
    std::shared_ptr<Model> model(new Model);
    model->packed_ =
        packing::pack(chain, network == nullptr ? nullptr : &network->packed_, mounting);
    model->texts_ = {chain.name, chain.base_link, chain.tip_link,
                     network == nullptr ? std::string() : network->fingerprint()};
    model->joint_names_ = chain.joint_names;
    model->check_arm();
    model->check_body();
    return model;
  }

  static void check_library() {
    if (learned_ik_level() == nullptr)
      throw LibraryError("liblearned_ik has no code for this processor: it is too old");
    if (std::strcmp(learned_ik_version(), LEARNED_IK_VERSION) != 0)
      throw LibraryError(std::string("liblearned_ik is of version ") + learned_ik_version() +
                         "; expected " LEARNED_IK_VERSION ", that of the header");
  }

  static void check(bool right, const char *what) {
    if (!right) throw ModelFileError(what);
  }

  void read(const std::vector<char> &content) {
    constexpr std::size_t arrays = 8, head = 16 + 8 * arrays;
    check(content.size() >= head, "it is too short");
    check(std::memcmp(content.data(), magic, 7) == 0, "it begins with something else");
    check(content[7] == magic[7], "it is of another format; export it with this version");
    std::uint64_t stated;
    std::memcpy(&stated, content.data() + 8, 8);
    check(stated == fnv(content.data() + 16, content.size() - 16),
          "its checksum is not that of what it holds; copy it again");
    std::int64_t counts[arrays];
    std::memcpy(counts, content.data() + 16, sizeof counts);
    for (const std::int64_t count : counts)
      check(0 <= count && count <= most_bytes, "a count is out of range");
    const char *at = content.data() + head, *end = content.data() + content.size();
    take(packed_.layout, counts[0], at, end);
    take(packed_.robot, counts[1], at, end);
    take(packed_.weights, counts[2], at, end);
    take(packed_.body_layout, counts[3], at, end);
    take(packed_.shapes, counts[4], at, end);
    take(packed_.speeds, counts[5], at, end);
    take(packed_.room, counts[6], at, end);
    check(end - at == counts[7], "it has another length than it says");
    check_arm();
    check_body();
    const std::size_t joints = static_cast<std::size_t>(this->joints());
    const std::size_t capsules = static_cast<std::size_t>(packed_.body_layout[LEARNED_IK_CAPSULES]);
    for (std::size_t k = 0; k < 4 + joints + capsules; k++) {
      std::vector<std::string> &to = k < 4 ? texts_ : k < 4 + joints ? joint_names_ : body_links_;
      to.push_back(text(at, end));
    }
    check(at == end, "there is more in it than names");
  }

  template <class T>
  static void take(Aligned<T> &array, std::int64_t count, const char *&at, const char *end) {
    const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
    check(bytes <= static_cast<std::size_t>(end - at), "it is cut short");
    array.resize(static_cast<std::size_t>(count));
    if (bytes > 0) std::memcpy(array.data(), at, bytes);
    at += bytes;
  }

  static std::string text(const char *&at, const char *end) {
    std::int64_t length;
    check(end - at >= 8, "its names are cut short");
    std::memcpy(&length, at, 8);
    at += 8;
    check(0 <= length && length <= end - at, "its names are cut short");
    std::string value(at, static_cast<std::size_t>(length));
    at += length;
    return value;
  }

  // FNV-1a of words of eight bytes, the last filled up with zeros.
  static std::uint64_t fnv(const char *data, std::size_t size) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (std::size_t k = 0; k < size; k += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, data + k, std::min<std::size_t>(8, size - k));
      hash = (hash ^ word) * 0x100000001b3;
    }
    return hash;
  }

  // Where sections of these sizes begin, and where the last one ends, has to be in the layout.
  static int check_places(const Aligned<std::int64_t> &layout, int place, std::int64_t begin,
                          const sections::Sizes &sizes) {
    check(layout[static_cast<std::size_t>(place++)] == begin, "its layout is none");
    for (const std::int64_t size : sizes) {
      begin += size;
      check(layout[static_cast<std::size_t>(place++)] == begin, "its layout is none");
    }
    return place;
  }

  // Every index that a kernel computes from the layout lies within the arrays: see pack_model.
  void check_arm() const {
    const auto &at = packed_.layout;
    check(at.size() >= LEARNED_IK_PLACES, "its layout is too short");
    const std::int64_t joints = at[LEARNED_IK_JOINTS], motions = at[LEARNED_IK_MOTIONS];
    const std::int64_t layers = at[LEARNED_IK_LAYERS], heads = at[LEARNED_IK_HEADS];
    const std::int64_t lanes = at[LEARNED_IK_PADDED_HEADS], seen = at[LEARNED_IK_SEED_JOINTS];
    check(1 <= joints && joints <= 1000 && joints <= motions && motions <= 1000 && 1 <= layers &&
              layers <= 100 && 0 <= heads && heads <= 1000 &&
              lanes == sections::up_to(heads, LEARNED_IK_LANES) && (seen == 0 || seen == joints) &&
              0 <= at[LEARNED_IK_ACTIVATION] && at[LEARNED_IK_ACTIVATION] <= 1 &&
              0 <= at[LEARNED_IK_DECODING] && at[LEARNED_IK_DECODING] <= 3,
          "a count is out of range");
    const std::int64_t end = LEARNED_IK_PLACES + layers + 2 * motions + joints;
    check(static_cast<std::int64_t>(at.size()) == end, "its layout has another length");
    int place = check_places(at, LEARNED_IK_WIDTHS, LEARNED_IK_PLACES,
                             sections::of_layout(layers, motions, joints));
    place = check_places(at, place, 0, sections::of_robot(motions, joints));
    place = check_places(at, place, 0, sections::of_numbers(motions, joints));
    const std::int64_t *widths = at.data() + at[LEARNED_IK_WIDTHS];
    std::int64_t weights = 0, widest = 0;
    for (std::int64_t k = 0; k < layers; k++) {
      check(1 <= widths[k] && widths[k] <= 1 << 16, "a layer's width is out of range");
      if (k > 0) weights += (1 + widths[k - 1]) * widths[k];
      widest = std::max(widest, sections::up_to(widths[k], 16));
    }
    check(widths[0] == LEARNED_IK_POSE_INPUTS + seen || heads == 0,
          "its network takes something else");
    check_places(at, place, 0, sections::of_activations(widest, joints, motions, lanes));
    check(static_cast<std::int64_t>(packed_.robot.size()) == at[LEARNED_IK_TRAINED_HIGH] + joints,
          "its robot has another length");
    check(static_cast<std::int64_t>(packed_.weights.size()) == weights,
          "its network has another length");
    check(static_cast<std::int64_t>(packed_.speeds.size()) == joints &&
              std::all_of(packed_.speeds.begin(), packed_.speeds.end(),
                          [](double speed) { return speed >= 0; }),
          "its speeds are none");
    check(static_cast<std::int64_t>(packed_.room.size()) == 2 * joints,
          "where its joints have room has another length");
    check_numbers();
    const std::int64_t *structure = at.data() + at[LEARNED_IK_STRUCTURE];
    for (std::int64_t k = 0; k < motions; k++)
      check(
          (structure[2 * k] | 1) == 1 && 0 <= structure[2 * k + 1] && structure[2 * k + 1] < joints,
          "a motion belongs to no joint");
  }

  // No number is none; only limits may be infinite.
  void check_numbers() const {
    const auto &at = packed_.layout;
    const auto is_finite = [](double value) { return std::isfinite(value); };
    const double *robot = packed_.robot.data(), *end = robot + packed_.robot.size();
    check(std::all_of(robot, robot + at[LEARNED_IK_BOUND_LOW], is_finite) &&
              std::none_of(robot, end, [](double value) { return std::isnan(value); }) &&
              std::all_of(packed_.shapes.begin(), packed_.shapes.end(), is_finite) &&
              std::all_of(packed_.weights.begin(), packed_.weights.end(), is_finite),
          "a number in it is not finite");
    const double *low = packed_.section(LEARNED_IK_LOWER),
                 *high = packed_.section(LEARNED_IK_UPPER);
    for (std::int64_t j = 0; j < joints(); j++)
      check(low[j] <= high[j], "the limits of a joint are in the wrong order");
  }

  // The same for the body: see pack_body.
  void check_body() const {
    const auto &at = packed_.body_layout;
    check(at.size() >= LEARNED_IK_BODY_PLACES, "its body is too short");
    const std::int64_t joints = this->joints(), motions = packed_.layout[LEARNED_IK_MOTIONS];
    const std::int64_t capsules = at[LEARNED_IK_CAPSULES], pairs = at[LEARNED_IK_PAIRS];
    const std::int64_t hulls = at[LEARNED_IK_HULLS], hull_pairs = at[LEARNED_IK_HULL_PAIRS];
    for (const std::int64_t count : {capsules, pairs, hulls, hull_pairs})
      check(0 <= count && count <= most, "a count of the body is out of range");
    int place = check_places(at, LEARNED_IK_CAPSULE_FRAMES, LEARNED_IK_BODY_PLACES,
                             sections::of_body_layout(capsules, pairs, hulls, hull_pairs));
    check(static_cast<std::int64_t>(at.size()) == at[static_cast<std::size_t>(place - 1)],
          "its body has another length");
    place = check_places(at, place, 0, sections::of_shapes(capsules, hulls));
    check(
        static_cast<std::int64_t>(packed_.shapes.size()) == at[static_cast<std::size_t>(place - 1)],
        "its shapes have another length");
    check_places(at, place, 0, sections::of_walk(capsules, hulls, hull_pairs, motions, joints));
    int section = LEARNED_IK_CAPSULE_FRAMES;
    check_range(section++, 0, motions);       // frames of capsules
    check_range(section++, 0, capsules - 1);  // capsules of pairs
    check_range(section++, 0, motions);       // frames of hulls
    check_rising(section++, capsules);        // the first capsule of each hull
    check_range(section++, 0, hulls - 1);     // hulls of pairs
    check_rising(section++, pairs);           // the first pair of each pair of hulls
  }

  void check_range(int section, std::int64_t low, std::int64_t high) const {
    const auto &at = packed_.body_layout;
    for (std::int64_t k = at[static_cast<std::size_t>(section)];
         k < at[static_cast<std::size_t>(section) + 1]; k++)
      check(low <= at[static_cast<std::size_t>(k)] && at[static_cast<std::size_t>(k)] <= high,
            "a number in its body is out of range");
  }

  void check_rising(int section, std::int64_t last) const {
    check_range(section, 0, last);
    const auto *begin = packed_.body_layout.data();
    const auto *from = begin + begin[section], *to = begin + begin[section + 1];
    check(std::is_sorted(from, to) && *from == 0 && to[-1] == last,
          "a number in its body is out of order");
  }

  std::vector<double> joint_values(int name) const {
    const double *values = packed_.section(name);
    return {values, values + joints()};
  }
};

}  // namespace learned_ik
