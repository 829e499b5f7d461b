/* Copyright 2026 The learned_ik authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which code is used: the best that the processor can run, when the library is loaded. */
#include <stddef.h>
#include <string.h>

#include "kernels.h"
#include "entries.h"

const Kernels *kernels = NULL;
static const char *used = NULL;

/* Who has the features named here has all others of that level. */
static int can_run(const char *level) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(level, "x86-64-v3") == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi2");
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
#else
    return strcmp(level, "generic") == 0;
#endif
}

int learned_ik_use(const char *level) {
    for (int k = 0; k < LEVEL_COUNT; k++)
        if (strcmp(level, LEVELS[k].name) == 0 && can_run(level)) {
            kernels = LEVELS[k].kernels;
            used = LEVELS[k].name;
            return 0;
        }
    return 1;
}

/* The best comes first in the table. */
__attribute__((constructor)) static void choose(void) {
    for (int k = LEVEL_COUNT; k-- > 0;) learned_ik_use(LEVELS[k].name);
}

const char *learned_ik_level(void) { return used; }
const char *learned_ik_version(void) { return LEARNED_IK_VERSION; }
