# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The arm that is served where no model was named: it is that of the robot's description."""
