# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`body`: give a model file the arm's capsules, without training it again."""

import dataclasses
from pathlib import Path

from learned_ik.commands.arguments import flag, option, positional
from learned_ik.commands.result import Result
from learned_ik.errors import ConfigurationError, RobotMismatchError
from learned_ik.model import IkModel
from learned_ik.robot.body import LINK_RADIUS, Body
from learned_ik.robot.capsules import BULGE
from learned_ik.robot.named import body_from_file, chain_from_file


@dataclasses.dataclass(frozen=True)
class GiveBody:
    """Give a model file the arm's capsules, which keep clear of obstacles and of each other.

    They come from the URDF's collision geometry. A new training stores them by itself; this is
    for model files from before, for another SRDF, or for a tool that was mounted.
    """

    model: Path = positional('model file')
    urdf: Path = option('URDF file of the robot')
    srdf: Path | None = option('SRDF file; pairs of its disable_collisions may touch', None)
    link_radius: float = option('of links without collision geometry [m]', LINK_RADIUS)
    bulge: float = option(
        'how far capsules may reach beyond the geometry of what moves [m]', BULGE
    )
    out: Path | None = option('model file to write; default: the same one', None)
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Read, fit capsules, write."""
        model = IkModel.load(self.model)
        robot = chain_from_file(self.urdf, model.chain.base_link, model.chain.tip_link)
        difference = model.chain.difference_from(robot)
        if difference is not None:
            raise RobotMismatchError(
                f"'{self.model}' was trained for another robot than '{self.urdf}': {difference}"
            )
        body = body_from_file(self.urdf, model.chain, self.srdf, self.link_radius, self.bulge)
        if not body.moving.any():
            raise ConfigurationError(f"nothing of '{self.urdf}' moves with the chain")
        out = self.out if self.out is not None else self.model
        dataclasses.replace(model, body=body).save(out)
        content = {'model': str(out), **(summary(body) or {})}
        return Result(content, f'{out}: {sentence(body)}')


def summary(body: Body | None) -> dict[str, int] | None:
    """Return how large a body is, ready for JSON."""
    if body is None:
        return None
    return {
        'capsules': len(body),
        'moving_capsules': int(body.moving.sum()),
        'pairs': len(body.pairs),
    }


def sentence(body: Body | None) -> str:
    """Return the same in words."""
    if body is None:
        return 'body unknown: segments between joints stand for it'
    return (
        f'body of {int(body.moving.sum())} moving and {int((~body.moving).sum())} fixed capsules, '
        f'{len(body.pairs)} pairs kept apart'
    )
