# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The paper again: each of its tables and figures by one command, beside ours.

B. Stephan, I. Dontsov, S. Müller, H.-M. Gross, "On Learning of Inverse Kinematics for Highly
Redundant Robots with Neural Networks". `experiment_run.py` is where to begin to read.
"""
