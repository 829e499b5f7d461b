# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Packages that a launch file starts nodes of: missed before anything was started."""

from collections.abc import Mapping

from learned_ik.errors import ConfigurationError


def check_packages(needed: Mapping[str, str]) -> None:
    """Raise an error for the first package that is not installed.

    Args:
        needed: names of packages, each with the argument that does without.

    Raises:
        ConfigurationError: one is missing.

    """
    from ament_index_python.packages import PackageNotFoundError, get_package_prefix

    for package, otherwise in needed.items():
        try:
            get_package_prefix(package)
        except PackageNotFoundError as error:
            raise ConfigurationError(
                f"the package '{package}' is not installed: "
                f'sudo apt install ros-$ROS_DISTRO-{package.replace("_", "-")}, or {otherwise}'
            ) from error
