# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What MoveIt's requests ask for: poses of any link that is tied to the tip, and straight ways."""
