/* Copyright 2026 The learned_ik authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The kernels of learned_ik, as one calls them from C. Written by learned_ik/native/c_sources.py. */

#ifndef LEARNED_IK_KERNELS_H
#define LEARNED_IK_KERNELS_H
#include <stdint.h>
#define LEARNED_IK_VERSION "0.1.0"
#ifndef LEARNED_IK_API /* set while the library itself is compiled */
#define LEARNED_IK_API
#endif
#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library; the header has its own. */
LEARNED_IK_API const char *learned_ik_version(void);
/* The hash of the kernels that it was made of. */
LEARNED_IK_API const char *learned_ik_sources(void);
/* The processor whose code is used; NULL where this one is too old for any. */
LEARNED_IK_API const char *learned_ik_level(void);
/* Use the code for a processor: 0, or 1 where there is none, or none that runs here. */
LEARNED_IK_API int learned_ik_use(const char *level);

/* Places in the flat arrays, as learned_ik/kernels/layout.py and body_layout.py say. */
#define LEARNED_IK_POSITION 0
#define LEARNED_IK_ORIENTATION 3
#define LEARNED_IK_FREE_AXES 7
#define LEARNED_IK_LARGEST_CHANGE 12
#define LEARNED_IK_SEED 13
#define LEARNED_IK_CODE 0
#define LEARNED_IK_POSITION_ERROR 1
#define LEARNED_IK_ORIENTATION_ERROR 2
#define LEARNED_IK_SEED_DISTANCE 3
#define LEARNED_IK_LIMIT_MARGIN 4
#define LEARNED_IK_CLEARANCE 5
#define LEARNED_IK_REACHED 6
#define LEARNED_IK_BEYOND_REACH 7
#define LEARNED_IK_SEED_OUTSIDE 8
#define LEARNED_IK_ATTEMPTS 9
#define LEARNED_IK_NEAREST 10
#define LEARNED_IK_ANSWER 11
#define LEARNED_IK_FOUND 0
#define LEARNED_IK_NOT_FOUND 1
#define LEARNED_IK_MALFORMED 2
#define LEARNED_IK_JOINTS 0
#define LEARNED_IK_MOTIONS 1
#define LEARNED_IK_LAYERS 2
#define LEARNED_IK_ACTIVATION 3
#define LEARNED_IK_DECODING 4
#define LEARNED_IK_HEADS 5
#define LEARNED_IK_PADDED_HEADS 6
#define LEARNED_IK_SEED_JOINTS 7
#define LEARNED_IK_WIDTHS 8
#define LEARNED_IK_STRUCTURE 9
#define LEARNED_IK_KINDS 10
#define LEARNED_IK_CONSTANTS 12
#define LEARNED_IK_TRANSFORMS 14
#define LEARNED_IK_COUPLING 15
#define LEARNED_IK_LOWER 16
#define LEARNED_IK_UPPER 17
#define LEARNED_IK_BOUND_LOW 18
#define LEARNED_IK_BOUND_HIGH 19
#define LEARNED_IK_FULL_TURNS 20
#define LEARNED_IK_HOME 21
#define LEARNED_IK_JOINT_WEIGHTS 23
#define LEARNED_IK_TRAINED_LOW 24
#define LEARNED_IK_TRAINED_HIGH 25
#define LEARNED_IK_ANGULAR 2
#define LEARNED_IK_TARGET 27
#define LEARNED_IK_END_OF_NUMBERS 48
#define LEARNED_IK_INPUTS 49
#define LEARNED_IK_END_OF_ACTIVATIONS 55
#define LEARNED_IK_PLACES 56
#define LEARNED_IK_CAPSULES 0
#define LEARNED_IK_PAIRS 1
#define LEARNED_IK_HULLS 2
#define LEARNED_IK_HULL_PAIRS 3
#define LEARNED_IK_CAPSULE_FRAMES 4
#define LEARNED_IK_CAPSULE_ENDS 11
#define LEARNED_IK_LINK_FRAMES 21
#define LEARNED_IK_END_OF_WALK 37
#define LEARNED_IK_BODY_PLACES 38
#define LEARNED_IK_AT_ONCE 64
#define LEARNED_IK_CONTACT 12
#define LEARNED_IK_MORE_PROPOSALS 256
#define LEARNED_IK_GRID 7
#define LEARNED_IK_LANES 8
#define LEARNED_IK_POSE_INPUTS 12
#define LEARNED_IK_JUMP 2
#define LEARNED_IK_PATH_FREE_AXES 3
#define LEARNED_IK_DEMAND 8
#define LEARNED_IK_STAY 0
#define LEARNED_IK_COAST 1
#define LEARNED_IK_COMFORT 4
#define LEARNED_IK_IN_BASE 3
#define LEARNED_IK_ROOM 4
#define LEARNED_IK_FREEDOM 5
#define LEARNED_IK_SPACING 10
#define LEARNED_IK_FRESH 16
#define LEARNED_IK_RUNG 32
#define LEARNED_IK_TRACKED 0
#define LEARNED_IK_ENOUGH_RESTARTS 32
#define LEARNED_IK_POSTURE 0
#define LEARNED_IK_VELOCITY 1
#define LEARNED_IK_OTHER 2
#define LEARNED_IK_STATE 13
#define LEARNED_IK_SPEED 0
#define LEARNED_IK_ACCELERATION 1
#define LEARNED_IK_LOW 2
#define LEARNED_IK_HIGH 3
#define LEARNED_IK_COMFORT_WEIGHT 5
#define LEARNED_IK_LIMITS 6
#define LEARNED_IK_NOBODY (-1)
#define LEARNED_IK_ALL (-2)
#define LEARNED_IK_EXACT_POSITION 0
#define LEARNED_IK_EXACT_ORIENTATION 1
#define LEARNED_IK_ASKED_FREE_AXES 2
#define LEARNED_IK_WEIGHT_ON_THE_WAY 7
#define LEARNED_IK_WEIGHT 8
#define LEARNED_IK_NEAR 9
#define LEARNED_IK_SWITCHES 10
#define LEARNED_IK_ASKED 11
#define LEARNED_IK_REMAINING_POSITION 0
#define LEARNED_IK_REMAINING_ORIENTATION 1
#define LEARNED_IK_HELD 2
#define LEARNED_IK_LATE 3
#define LEARNED_IK_LEFT 4
#define LEARNED_IK_SPEED_SHARE 10
#define LEARNED_IK_TOLD 11
#define LEARNED_IK_MOST_CONTACTS 32

LEARNED_IK_API int learned_ik_search(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, float *activations, int64_t activations_size, double *requests, int64_t requests_rows, int64_t requests_columns, double *answers, int64_t answers_rows, int64_t answers_columns, int given, const double *position, int64_t position_size, const double *orientation, int64_t orientation_size, const double *seed, int64_t seed_size, int seeded, double position_tolerance, double orientation_tolerance, int64_t first, int64_t last);

LEARNED_IK_API int learned_ik_choose(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, float *activations, int64_t activations_size, double *requests, int64_t requests_rows, int64_t requests_columns, double *answers, int64_t answers_rows, int64_t answers_columns, int seeded, double position_tolerance, double orientation_tolerance, double *posture, int64_t posture_size, double *joint_weights, int64_t joint_weights_size, int to_seed);

LEARNED_IK_API int learned_ik_predict(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, float *activations, int64_t activations_size, double *requests, int64_t requests_rows, int64_t requests_columns, double *answers, int64_t answers_rows, int64_t answers_columns, int seeded);

LEARNED_IK_API int learned_ik_forward_many(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, double *postures, int64_t postures_rows, int64_t postures_columns, double *tips, int64_t tips_rows, int64_t tips_columns);

LEARNED_IK_API int learned_ik_jacobian(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, double *posture, int64_t posture_size, double *columns, int64_t columns_rows, int64_t columns_columns);

LEARNED_IK_API int learned_ik_read_targets(double *poses, int64_t poses_rows, int64_t poses_columns, double *targets, int64_t targets_rows, int64_t targets_columns);

LEARNED_IK_API int learned_ik_track_first_that_holds(int64_t *result, const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, double *targets, int64_t targets_rows, int64_t targets_columns, int64_t begin, int64_t end, double *starts, int64_t starts_rows, int64_t starts_columns, double *demand, int64_t demand_size, double *trial, int64_t trial_rows, int64_t trial_columns, double *trial_errors, int64_t trial_errors_rows, int64_t trial_errors_columns, double *path, int64_t path_rows, int64_t path_columns, double *errors, int64_t errors_rows, int64_t errors_columns, int64_t reached, int64_t manner);

LEARNED_IK_API int learned_ik_gather(int64_t *result, const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, float *activations, int64_t activations_size, double *target, int64_t target_size, double *about, int64_t about_size, double *demand, int64_t demand_size, int64_t first, int64_t last, double *pool, int64_t pool_rows, int64_t pool_columns, double *dexterities, int64_t dexterities_size, int64_t count);

LEARNED_IK_API int learned_ik_climb(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, double *targets, int64_t targets_rows, int64_t targets_columns, int64_t low, int64_t high, double *demand, int64_t demand_size, double *low_nodes, int64_t low_nodes_rows, int64_t low_nodes_columns, double *low_lengths, int64_t low_lengths_size, int64_t count, double *fresh, int64_t fresh_rows, int64_t fresh_columns, double *nodes, int64_t nodes_rows, int64_t nodes_columns, double *lengths, int64_t lengths_size, double *dexterities, int64_t dexterities_size, int64_t *parents, int64_t parents_size, int64_t *manners, int64_t manners_size, double *ends, int64_t ends_rows, int64_t ends_columns, double *distances, int64_t distances_size, double *path, int64_t path_rows, int64_t path_columns, double *errors, int64_t errors_rows, int64_t errors_columns, int64_t *outcome, int64_t outcome_size);

LEARNED_IK_API int learned_ik_measure_angles(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, double *targets, int64_t targets_rows, int64_t targets_columns, double *path, int64_t path_rows, int64_t path_columns, double *demand, int64_t demand_size, double *errors, int64_t errors_rows, int64_t errors_columns);

LEARNED_IK_API int learned_ik_steer_again(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, double *targets, int64_t targets_rows, int64_t targets_columns, int64_t low, int64_t high, double *goal, int64_t goal_size, double *demand, int64_t demand_size, double *path, int64_t path_rows, int64_t path_columns, double *errors, int64_t errors_rows, int64_t errors_columns);

LEARNED_IK_API int learned_ik_servo(int64_t *result, const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, double *pose, int64_t pose_size, double *asked, int64_t asked_size, double *limits, int64_t limits_rows, int64_t limits_columns, double period, double *state, int64_t state_rows, int64_t state_columns, double *told, int64_t told_size);

LEARNED_IK_API int learned_ik_brake(double *limits, int64_t limits_rows, int64_t limits_columns, double period, double *state, int64_t state_rows, int64_t state_columns);

LEARNED_IK_API int learned_ik_try_elsewhere(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, float *activations, int64_t activations_size, double *pose, int64_t pose_size, double *asked, int64_t asked_size, int64_t attempt, double *best, int64_t best_size, double *now, int64_t now_size);

LEARNED_IK_API int learned_ik_servo_clear(int64_t *result, const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, double *pose, int64_t pose_size, double *asked, int64_t asked_size, double *limits, int64_t limits_rows, int64_t limits_columns, double period, double *state, int64_t state_rows, int64_t state_columns, double *told, int64_t told_size, const int64_t *body_layout, int64_t body_layout_size, const double *shapes, int64_t shapes_size, double *walk_numbers, int64_t walk_numbers_size, double *spheres, int64_t spheres_rows, int64_t spheres_columns, double *speeds, int64_t speeds_size, double *grown, int64_t grown_rows, int64_t grown_columns, double *responses, int64_t responses_rows, int64_t responses_columns, int itself, double wanted);

LEARNED_IK_API int learned_ik_search_clear(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, float *activations, int64_t activations_size, double *requests, int64_t requests_rows, int64_t requests_columns, double *answers, int64_t answers_rows, int64_t answers_columns, const int64_t *body_layout, int64_t body_layout_size, const double *shapes, int64_t shapes_size, double *walk_numbers, int64_t walk_numbers_size, double *postures, int64_t postures_rows, int64_t postures_columns, double *tips, int64_t tips_rows, int64_t tips_columns, int64_t *begins, int64_t begins_size, double *grid, int64_t grid_size, double *points, int64_t points_rows, int64_t points_columns, double *spheres, int64_t spheres_rows, int64_t spheres_columns, int itself, double wanted, int given, const double *position, int64_t position_size, const double *orientation, int64_t orientation_size, const double *seed, int64_t seed_size, int seeded, double position_tolerance, double orientation_tolerance, int64_t first, int64_t last);

LEARNED_IK_API int learned_ik_measure_clearance(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, const int64_t *body_layout, int64_t body_layout_size, const double *shapes, int64_t shapes_size, double *walk_numbers, int64_t walk_numbers_size, double *spheres, int64_t spheres_rows, int64_t spheres_columns, int itself, double *postures, int64_t postures_rows, int64_t postures_columns, double *clearances, int64_t clearances_size, double *nearest, int64_t nearest_rows, int64_t nearest_columns);

LEARNED_IK_API int learned_ik_predict_clear(const int64_t *layout, int64_t layout_size, const double *robot, int64_t robot_size, const float *weights, int64_t weights_size, double *numbers, int64_t numbers_size, float *activations, int64_t activations_size, double *requests, int64_t requests_rows, int64_t requests_columns, double *answers, int64_t answers_rows, int64_t answers_columns, const int64_t *body_layout, int64_t body_layout_size, const double *shapes, int64_t shapes_size, double *walk_numbers, int64_t walk_numbers_size, double *points, int64_t points_rows, int64_t points_columns, double *spheres, int64_t spheres_rows, int64_t spheres_columns);

#ifdef __cplusplus
}
#endif
#endif
