# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a training runs on: processes, CUDA graphs, signals; and many trainings at once."""
