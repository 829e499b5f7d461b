// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// The kernels with one model and the memory of one thread: what solver.hpp and path.hpp call.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "learned_ik/aligned.hpp"
#include "learned_ik/calling.hpp"
#include "learned_ik/kernels.h"
#include "learned_ik/model.hpp"
#include "learned_ik/posture_store.hpp"
#include "learned_ik/solution.hpp"

namespace learned_ik {

// What to keep clear of in one request.
struct Scene {
  bool known;     // whether there is one
  bool avoids;    // whether to keep clear, of the arm itself too; else clearance is only measured
  double wanted;  // [m], the clearance that is good enough
};

constexpr Scene nothing_known{false, false, 0.0};

// How exact an answer has to be.
struct Tolerances {
  double position;     // [m]
  double orientation;  // [rad]
};

class Arm {
 public:
  explicit Arm(std::shared_ptr<const Model> shared)
      : model(std::move(shared)), packed(model->packed()) {
    const auto count = [](std::int64_t n) { return static_cast<std::size_t>(n); };
    joints = count(model->joints());
    heads = model->heads();
    numbers.resize(count(packed.layout[LEARNED_IK_END_OF_NUMBERS]));
    activations.resize(count(packed.layout[LEARNED_IK_END_OF_ACTIVATIONS]));
    walk.resize(count(packed.body_layout[LEARNED_IK_END_OF_WALK]));
    request.resize(LEARNED_IK_SEED + joints);
    request[LEARNED_IK_LARGEST_CHANGE] = infinity;
    answer.resize(LEARNED_IK_ANSWER + joints);
    weight = packed.section(LEARNED_IK_CONSTANTS)[LEARNED_IK_ANGULAR];
  }

  std::shared_ptr<const Model> model;
  PackedModel packed;  // a copy: limits may be narrower than the model's
  std::size_t joints = 0;
  std::int64_t heads = 0;
  double weight = 0.0;              // [m/rad], of an orientation error
  Aligned<double> request, answer;  // as learned_ik/kernels/layout.py says
  Aligned<double> spheres;          // (4, n): x, y, z, radius [m]
  std::int64_t scenes = 0;          // how often they were set

  double *seed() { return request.data() + LEARNED_IK_SEED; }
  double *solution() { return answer.data() + LEARNED_IK_ANSWER; }
  std::int64_t sphere_count() const { return static_cast<std::int64_t>(spheres.size() / 4); }
  std::int64_t hulls() const { return packed.body_layout[LEARNED_IK_HULLS]; }

  // Make attempts at the request, without regard to obstacles.
  void search(bool seeded, const Tolerances &within, std::int64_t first, std::int64_t last) {
    calling::call(learned_ik_search, packed, numbers, activations, row(request), row(answer), 0,
                  nowhere, 0, nowhere, 0, nowhere, 0, seeded, within.position, within.orientation,
                  first, last);
  }

  // Fill the store of postures, so that no request waits for it.
  void prepare_to_avoid() {
    if (!store) store = std::make_unique<PostureStore>(packed);
  }

  // Make attempts at the request that keep clear.
  void search_clear(const Scene &scene, bool seeded, const Tolerances &within, std::int64_t first,
                    std::int64_t last) {
    prepare_to_avoid();
    calling::call(learned_ik_search_clear, packed, numbers, activations, row(request), row(answer),
                  packed.body_layout, packed.shapes, walk, calling::rows(store->postures, joints),
                  calling::rows(store->tips, 12), store->begins, store->grid, unseen(), around(),
                  scene.avoids, scene.wanted, 0, nowhere, 0, nowhere, 0, nowhere, 0, seeded,
                  within.position, within.orientation, first, last);
  }

  // Replace the answer by the nearest to the seed, or to a posture: see choice.py.
  void choose(bool seeded, const Tolerances &within, Joints &posture, Joints &weights,
              bool to_seed) {
    calling::call(learned_ik_choose, packed, numbers, activations, row(request), row(answer),
                  seeded, within.position, within.orientation, posture, weights, to_seed);
  }

  // Return the tip at joint positions: (12,), rotation row by row, position [m].
  std::array<double, 12> tip(Joints q) {
    std::array<double, 12> tip{};
    calling::call(learned_ik_forward_many, packed, numbers, one_row(q), calling::rows(tip, 12));
    return tip;
  }

  // Return the geometric Jacobian at joint positions, (joints, 6) row by row.
  std::vector<double> jacobian(Joints q) {
    std::vector<double> columns(6 * joints);
    calling::call(learned_ik_jacobian, packed, numbers, q,
                  calling::Rows<double>{columns.data(), static_cast<std::int64_t>(joints), 6});
    return columns;
  }

  // Return the clearance of a posture [m], and the capsules or the sphere that are nearest.
  double clearance(const Scene &scene, const double *q, std::array<double, 2> *nearest = nullptr) {
    std::array<double, 1> found{};
    std::array<double, 2> pair{};
    Joints copy(q, q + joints);
    calling::call(learned_ik_measure_clearance, packed, numbers, packed.body_layout, packed.shapes,
                  walk, around(), scene.avoids, one_row(copy), found, calling::rows(pair, 2));
    if (nearest != nullptr) *nearest = pair;
    return found[0];
  }

  // Return the target (12,) of a pose (7,): rotation row by row, position [m].
  static std::array<double, 12> target(std::array<double, 7> pose) {
    std::array<double, 12> target{};
    calling::call(learned_ik_read_targets, calling::rows(pose, 7), calling::rows(target, 12));
    return target;
  }

  // Add distinct solutions of a target (12,) to a pool; return how many there are then.
  std::int64_t gather(std::array<double, 12> &target, Joints &about,
                      std::array<double, LEARNED_IK_DEMAND> &demand, std::int64_t first,
                      std::int64_t last, Aligned<double> &pool, Aligned<double> &dexterities,
                      std::int64_t count) {
    std::int64_t found = count;
    calling::call(learned_ik_gather, &found, packed, numbers, activations, target, about, demand,
                  first, last, calling::rows(pool, joints), dexterities, count);
    return found;
  }

  calling::Rows<double> around() {
    return {spheres.empty() ? nothing_.data() : spheres.data(), 4, sphere_count()};
  }

  Aligned<double> numbers, walk;  // memory of one thread
  Aligned<float> activations;     // likewise

 private:
  static constexpr const double *nowhere = nullptr;  // of an array that is not looked at
  std::array<double, 4> nothing_{};
  std::unique_ptr<PostureStore> store;

  static calling::Rows<double> row(Aligned<double> &array) {
    return calling::rows(array, array.size());
  }
  calling::Rows<double> one_row(Joints &q) const {
    return {q.data(), 1, static_cast<std::int64_t>(joints)};
  }
  calling::Rows<double> unseen() { return {nothing_.data(), 4, 0}; }
};

}  // namespace learned_ik
