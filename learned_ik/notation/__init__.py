# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How people write poses, and how they read figures."""
