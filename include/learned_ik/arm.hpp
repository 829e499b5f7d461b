// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// The kernels with one model and the memory of one thread: what solver.hpp and path.hpp call.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>

#include "learned_ik/aligned.hpp"
#include "learned_ik/errors.hpp"
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

class Arm {
 public:
  explicit Arm(std::shared_ptr<const Model> model)
      : model(std::move(model)), packed(this->model->packed()) {
    const auto count = [](std::int64_t n) { return static_cast<std::size_t>(n); };
    joints = count(this->model->joints());
    heads = this->model->heads();
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
  double weight = 0.0;  // [m/rad], of an orientation error
  Aligned<double> request, answer;
  Aligned<double> spheres;  // (4, n): x, y, z, radius [m]
  std::unique_ptr<PostureStore> store;

  double *seed() { return request.data() + LEARNED_IK_SEED; }
  double *solution() { return answer.data() + LEARNED_IK_ANSWER; }
  std::int64_t sphere_count() const { return static_cast<std::int64_t>(spheres.size() / 4); }
  std::int64_t hulls() const { return packed.body_layout[LEARNED_IK_HULLS]; }

  void search(bool seeded, double position_tolerance, double orientation_tolerance,
              std::int64_t first, std::int64_t last) {
    const double none[1] = {0.0};
    expect_fit(learned_ik_search(
        packed.layout.data(), size(packed.layout), packed.robot.data(), size(packed.robot),
        packed.weights.data(), size(packed.weights), numbers.data(), size(numbers),
        activations.data(), size(activations), request.data(), 1, size(request), answer.data(), 1,
        size(answer), 0, none, 0, none, 0, none, 0, seeded, position_tolerance,
        orientation_tolerance, first, last));
  }

  void search_clear(const Scene &scene, bool seeded, double position_tolerance,
                    double orientation_tolerance, std::int64_t first, std::int64_t last) {
    const double none[1] = {0.0};
    double nothing[4] = {0.0};
    if (!store) store = std::make_unique<PostureStore>(packed);
    expect_fit(learned_ik_search_clear(
        packed.layout.data(), size(packed.layout), packed.robot.data(), size(packed.robot),
        packed.weights.data(), size(packed.weights), numbers.data(), size(numbers),
        activations.data(), size(activations), request.data(), 1, size(request), answer.data(), 1,
        size(answer), packed.body_layout.data(), size(packed.body_layout), packed.shapes.data(),
        size(packed.shapes), walk.data(), size(walk), store->postures.data(), PostureStore::count,
        static_cast<std::int64_t>(joints), store->tips.data(), PostureStore::count, 12,
        store->begins.data(), size(store->begins), store->grid.data(), LEARNED_IK_GRID, nothing,
        4, 0, spheres.empty() ? nothing : spheres.data(), 4, sphere_count(), scene.avoids,
        scene.wanted, 0, none, 0, none, 0, none, 0, seeded, position_tolerance,
        orientation_tolerance, first, last));
  }

  // Replace the answer by the nearest to the seed, or to a posture: see choice.py.
  void choose(bool seeded, double position_tolerance, double orientation_tolerance,
              Joints &posture, Joints &weights, bool to_seed) {
    expect_fit(learned_ik_choose(
        packed.layout.data(), size(packed.layout), packed.robot.data(), size(packed.robot),
        packed.weights.data(), size(packed.weights), numbers.data(), size(numbers),
        activations.data(), size(activations), request.data(), 1, size(request), answer.data(), 1,
        size(answer), seeded, position_tolerance, orientation_tolerance, posture.data(),
        static_cast<std::int64_t>(posture.size()), weights.data(),
        static_cast<std::int64_t>(weights.size()), to_seed));
  }

  // Return the tip at joint positions: (12,), rotation row by row, position [m].
  std::array<double, 12> tip(const Joints &q) {
    std::array<double, 12> tip{};
    Joints copy = q;
    expect_fit(learned_ik_forward_many(
        packed.layout.data(), size(packed.layout), packed.robot.data(), size(packed.robot),
        packed.weights.data(), size(packed.weights), numbers.data(), size(numbers), copy.data(),
        1, static_cast<std::int64_t>(joints), tip.data(), 1, 12));
    return tip;
  }

  // Return the clearance of a posture [m], and the capsules or the sphere that are nearest.
  double clearance(const Scene &scene, const double *q, std::array<double, 2> *nearest = nullptr) {
    double nothing[4] = {0.0}, found = 0.0, pair[2] = {0.0, 0.0};
    Joints copy(q, q + joints);
    expect_fit(learned_ik_measure_clearance(
        packed.layout.data(), size(packed.layout), packed.robot.data(), size(packed.robot),
        packed.weights.data(), size(packed.weights), numbers.data(), size(numbers),
        packed.body_layout.data(), size(packed.body_layout), packed.shapes.data(),
        size(packed.shapes), walk.data(), size(walk), spheres.empty() ? nothing : spheres.data(),
        4, sphere_count(), scene.avoids, copy.data(), 1, static_cast<std::int64_t>(joints), &found,
        1, pair, 1, 2));
    if (nearest != nullptr) *nearest = {pair[0], pair[1]};
    return found;
  }

  // Add distinct solutions of a target (12,) to a pool: see branches.py.
  std::int64_t gather(std::array<double, 12> &target, Joints &about, std::array<double, 6> &demand,
                      std::int64_t first, std::int64_t last, Aligned<double> &pool,
                      Aligned<double> &dexterities, std::int64_t count) {
    std::int64_t found = count;
    expect_fit(learned_ik_gather(
        &found, packed.layout.data(), size(packed.layout), packed.robot.data(),
        size(packed.robot), packed.weights.data(), size(packed.weights), numbers.data(),
        size(numbers), activations.data(), size(activations), target.data(), 12, about.data(),
        static_cast<std::int64_t>(joints), demand.data(), LEARNED_IK_DEMAND, first, last,
        pool.data(), size(dexterities), static_cast<std::int64_t>(joints), dexterities.data(),
        size(dexterities), count));
    return found;
  }

  template <class T>
  static std::int64_t size(const Aligned<T> &array) {
    return static_cast<std::int64_t>(array.size());
  }

  static void expect_fit(int status) {
    if (status != 0) throw LibraryError("the kernels refuse their arrays: another library?");
  }

  Aligned<double> numbers, walk;
  Aligned<float> activations;
};

}  // namespace learned_ik
