# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Methods for the same problem that the paper names beside its own, each as small as it gets.

They answer poses (n, 12) with candidates (n, candidates, joints), of which forward kinematics
chooses the best, as everywhere.
"""
