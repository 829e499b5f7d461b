# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Services that answer more than one pose by one solution."""
