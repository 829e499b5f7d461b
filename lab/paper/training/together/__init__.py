# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Many small networks of one shape, trained side by side: a step of all of them is one batch."""
