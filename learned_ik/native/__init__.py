# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The kernels as a library: how it is built, ahead of time, from the sources in `kernels/`."""
