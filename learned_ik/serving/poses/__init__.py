# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What may be said of a pose beside the pose, several solutions of one, and many poses at once."""
