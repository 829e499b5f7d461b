# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the launch files share: they are loaded alone, and cannot import each other."""
