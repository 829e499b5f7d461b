# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What training adds to the loss so that answers keep clear (paper, section III-F).

Equation 5 as it stands, L_obs = ReLU(-min_N(|t_N - c| - r - 0.1 m)) for the joint origins t_N; or
the same for the links' capsules, each by itself: the sum of what every capsule lacks.
"""

import torch

from learned_ik.errors import ConfigurationError
from learned_ik.kinematics.clearance_batched import BatchedClearance
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain


class SceneLoss:
    """The loss of joint positions in one scene."""

    def __init__(
        self,
        chain: KinematicChain,
        scene: SceneConfig,
        body: Body,
        device: torch.device | str = 'cpu',
    ) -> None:
        """Copy spheres and capsules to `device`."""
        self._scene = scene
        self.body = body
        self.clearance = BatchedClearance(chain, body, device)
        spheres = torch.tensor(scene.obstacles, dtype=torch.float32, device=device)
        self._spheres = spheres if scene.obstacles else None
        self._itself = scene.self_collision_weight > 0 and len(body.pairs) > 0

    def __call__(
        self,
        q: torch.Tensor,
        q_target: torch.Tensor | None = None,
        spheres: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return the loss [m] of joint positions.

        Args:
            q: (batch, heads, joints) [rad or m], or any other shape where there is no `q_target`.
            q_target: (batch, joints) [rad or m], the postures that the poses were made from:
                where these touch, it may well be that the pose cannot be reached otherwise, and
                `blocked_weight` counts.
            spheres: (batch, m, 4), other ones for each pose, in place of the scene's; x y z
                radius [m].

        Returns:
            (batch, heads), or (...).

        """
        scene = self._scene
        if q_target is not None and scene.blocked_weight != 1:
            blocked = (self.clearances(q_target, spheres) < 0)[:, None]
            return self(q, spheres=spheres) * torch.where(blocked, scene.blocked_weight, 1.0)
        loss = q.new_zeros(q.shape[:-1])
        spheres = self._spheres if spheres is None else spheres
        to_capsules = spheres is not None and scene.keep_clear == 'capsules'
        placed = self.clearance.placed(q) if self._itself or to_capsules else None
        if spheres is not None and scene.keep_clear == 'origins':
            loss = loss + scene.obstacle_weight * equation_5(
                self.clearance.origins(q), spheres, scene.margin
            )
        elif spheres is not None and placed is not None:
            lacking = torch.relu(scene.margin - self.clearance.to_spheres(placed, spheres))
            loss = loss + scene.obstacle_weight * lacking.sum(-1)
        if self._itself and placed is not None:
            lacking = torch.relu(scene.self_collision_margin - self.clearance.to_itself(placed))
            loss = loss + scene.self_collision_weight * lacking.sum(-1)
        return loss

    @torch.no_grad()
    def clearances(self, q: torch.Tensor, spheres: torch.Tensor | None = None) -> torch.Tensor:
        """Return the clearance (...) [m] of postures (..., joints), from spheres and itself.

        Spheres (batch, m, 4) [m] replace the scene's.
        """
        placed = self.clearance.placed(q)
        least = q.new_full(q.shape[:-1], torch.inf)
        spheres = self._spheres if spheres is None else spheres
        if spheres is not None:
            least = torch.minimum(least, self.clearance.to_spheres(placed, spheres).amin(-1))
        if self._itself:
            least = torch.minimum(least, self.clearance.to_itself(placed).amin(-1))
        return least


def equation_5(origins: torch.Tensor, spheres: torch.Tensor, margin: float) -> torch.Tensor:
    """Return ReLU(-min_N(|t_N - c| - r - margin)), summed over the spheres (paper, equation 5).

    Args:
        origins: (..., n, 3) [m], of the joints and the tip.
        spheres: (m, 4), x y z radius [m].
        margin: [m], 0.1 in the paper.

    Returns:
        (...) [m].

    """
    apart = origins[..., None, :, :] - spheres[:, None, :3]  # (..., m, n, 3)
    distance = apart.square().sum(-1).add(1e-12).sqrt() - spheres[:, None, 3]
    return torch.relu(margin - distance.amin(-1)).sum(-1)


def scene_loss_for(
    chain: KinematicChain,
    scene: SceneConfig | None,
    body: Body | None,
    device: torch.device | str,
    random_scenes: bool = False,
) -> SceneLoss | None:
    """Return the loss of a scene; None where it adds nothing.

    Without a body, segments between the joint origins stand for it. With `random_scenes` each
    pose has spheres of its own.

    Raises:
        ConfigurationError: the scene contradicts random ones.

    """
    if random_scenes:
        scene = scene if scene is not None else SceneConfig()
        if scene.obstacles:
            raise ConfigurationError(
                f'{len(scene.obstacles)} obstacles for a network that takes the scene as its '
                'input; expected none: it is trained in random scenes'
            )
        if scene.keep_clear != 'capsules' or scene.obstacle_weight == 0:
            raise ConfigurationError(
                f'keep_clear is {scene.keep_clear!r} with obstacle_weight '
                f"{scene.obstacle_weight}; expected 'capsules' and above 0 where the network "
                'takes the scene as its input'
            )
    elif scene is None or not scene.counts:
        return None
    return SceneLoss(chain, scene, body if body is not None else Body.from_chain(chain), device)
