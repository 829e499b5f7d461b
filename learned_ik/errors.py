# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The package's own errors: each names the thing, its value and what would be accepted."""


class LearnedIkError(Exception):
    """Base of every error that this package raises on purpose."""


class UrdfError(LearnedIkError, ValueError):
    """A robot description cannot be turned into a kinematic chain."""


class UnknownLinkError(UrdfError):
    """A base or tip link that the robot description does not contain."""


class AmbiguousTipError(UrdfError):
    """No tip link was named, and the robot has several leaves."""


class UnsupportedJointError(UrdfError):
    """A joint of the chain is planar or floating: one number cannot move it."""


class JointLimitError(UrdfError):
    """Joint limits are missing, reversed, not finite, or exclude every value."""


class NoActuatedJointError(UrdfError):
    """Nothing between base and tip moves."""


class InvalidInputError(LearnedIkError, ValueError):
    """A pose, a joint vector or an option is malformed: wrong shape, NaN, zero quaternion."""


class SeedError(InvalidInputError):
    """A seed that names other joints than the chain has, or not as many positions as names."""


class UnknownFrameError(LearnedIkError, LookupError):
    """A pose is given in a frame that is not rigidly tied to the chain's base."""


class ObstacleError(InvalidInputError):
    """An obstacle is malformed or out of range, contains the arm's base, or is one too many."""


class ConfigurationError(LearnedIkError, ValueError):
    """A configuration file or option has an unknown key or a value out of range."""


class ModelFileError(LearnedIkError, ValueError):
    """A model file is missing, broken, truncated, foreign, or of a newer format."""


class RobotMismatchError(LearnedIkError, ValueError):
    """A model was trained for another robot than the one described."""


class KernelsError(LearnedIkError, RuntimeError):
    """The compiled kernels are missing or do not fit, or cannot be built."""


class TrainingError(LearnedIkError, RuntimeError):
    """Training cannot start or cannot go on."""


class BenchmarkError(LearnedIkError, RuntimeError):
    """A benchmark cannot be run here: the judge or a robot is missing."""


class NoAnswerError(LearnedIkError, TimeoutError):
    """A node has not answered in time, or is not there."""


class DeadlockError(LearnedIkError, RuntimeError):
    """A callback is about to wait for what its own thread would have to receive."""
