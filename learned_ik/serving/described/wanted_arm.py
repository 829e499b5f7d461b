# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`WantedArm`: which arm of a robot is wanted, as parameters and MoveIt's SRDF say."""

import dataclasses

from learned_ik.errors import AmbiguousTipError, ConfigurationError
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.description.names import listed, shown
from learned_ik.serving.described.arm_tip import arm_tip
from learned_ik.serving.described.planning_groups import Ends, planning_groups


@dataclasses.dataclass(frozen=True)
class WantedArm:
    """Which arm of a robot is wanted. What is empty says nothing."""

    base_link: str = ''
    tip_link: str = ''
    group: str = ''  # a planning group of the SRDF
    semantic: str = ''  # the text of the SRDF

    @property
    def is_named(self) -> bool:
        """Whether somebody has said which arm it is: no other one will do."""
        return bool(self.base_link or self.tip_link or self.group)

    @property
    def awaited(self) -> str:
        """What there has to be before the arm is known."""
        topics = ['robot_description']
        if self.group and not self.semantic and not (self.base_link or self.tip_link):
            topics.append('robot_description_semantic')
        return ' and '.join(topics)

    def ends(self) -> Ends | None:
        """Return the ends that were asked for, '' for the default; None: nobody asked for any.

        Raises:
            ConfigurationError: there is no such group, or nobody has told of any.

        """
        if self.base_link or self.tip_link:
            return Ends(self.base_link, self.tip_link)
        groups = planning_groups(self.semantic) if self.semantic else {}
        if self.group:
            if self.group not in groups:
                raise ConfigurationError(self._no_group(list(groups)))
            return groups[self.group]
        return next(iter(groups.values())) if len(groups) == 1 else None

    def only_chain(self, description: str) -> KinematicChain:
        """Return the only chain of a robot, for whom nobody has said which arm is wanted.

        Raises:
            ConfigurationError: there are several planning groups.
            UrdfError: there are several chains, or none.

        """
        groups = planning_groups(self.semantic) if self.semantic else {}
        if len(groups) > 1:
            raise ConfigurationError(
                f'the SRDF has the planning groups {listed(list(groups))}; name the one that is '
                'wanted by the parameter group, or the ends of the arm by base_link and tip_link'
            )
        try:
            return KinematicChain.from_urdf(description)
        except AmbiguousTipError as error:
            tip_link = arm_tip(description)
            if tip_link is not None:
                return KinematicChain.from_urdf(description, None, tip_link)
            raise AmbiguousTipError(
                f'{error}: by the parameter tip_link, and base_link where the arm does not '
                'begin at the root'
            ) from error

    def _no_group(self, groups: list[str]) -> str:
        if not self.semantic:
            return (
                'waiting for robot_description_semantic, which says where the group '
                f"'{shown(self.group)}' begins and ends; the parameters base_link and tip_link "
                'say so too'
            )
        there = listed(groups) if groups else 'none'
        return (
            f"no planning group '{shown(self.group)}' of one <chain> is in the SRDF; there "
            f'are: {there}. The parameters base_link and tip_link name the ends of any arm'
        )
