// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// Inverse kinematics of an arm, from C++: a header around liblearned_ik, and nothing else.
//
// clang-format off
//     auto model = learned_ik::Model::load("tiago.ik");   // learned_ik export ... --native tiago.ik
//     learned_ik::Solver solver(model);                   // one for each thread
//     auto solution = solver.solve({0.5, -0.1, 0.2}, {0, 0, 0, 1}, seed);
//     if (solution) use(solution.joint_positions); else log(solution.message);
// clang-format on
#pragma once

#include "learned_ik/chain.hpp"
#include "learned_ik/errors.hpp"
#include "learned_ik/fitting.hpp"
#include "learned_ik/model.hpp"
#include "learned_ik/path.hpp"
#include "learned_ik/several.hpp"
#include "learned_ik/solution.hpp"
#include "learned_ik/solver.hpp"
#include "learned_ik/tracker.hpp"
#include "learned_ik/why_not.hpp"
