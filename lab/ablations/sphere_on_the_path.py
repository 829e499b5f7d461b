# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The paper's figure 6 once more, with all that can be done about the sphere: ten joints.

    python -m lab.ablations.sphere_on_the_path --samples 4000000

Trains three networks with one recipe (nothing, equation 5, capsules), and one that takes the
scene, from the weights of the first and with as many samples again, in random scenes: it meets the
sphere here for the first time. Each follows the spiral by itself; then the solver follows it
without and with regard to the sphere.
"""

import argparse

import numpy as np

from lab.paper.spirals import spiral_for
from lab.robots import artificial_robot
from learned_ik import IkModel, IkSolver, TrainingConfig, train
from learned_ik.arrays import Array
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.robot.body import Body
from learned_ik.robot.capsules import point_segment_distance
from learned_ik.robot.skeleton import joint_origins

# x y z radius [m]: 18 cm from the spiral, so that all of it can be followed, and among the
# postures with which an arm that knows of nothing follows it
SPHERE = (0.0, -0.1, 0.2, 0.07)
LINK_RADIUS = 0.02  # [m], of the artificial arm's capsules
SCENES = {
    'network, plain': None,
    'network, equation 5': SceneConfig((SPHERE,), 'origins', 1.0),
    'network, capsules': SceneConfig((SPHERE,), 'capsules', 1.0),
}


def main() -> None:
    """Print one line for each way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--samples', type=int, default=4_000_000, help='of each training')
    parser.add_argument('--poses', type=int, default=400, help='of the spiral')
    options = parser.parse_args()
    chain = artificial_robot(10).chain
    body = Body.from_chain(chain, LINK_RADIUS)
    spiral = spiral_for(chain, options.poses)
    positions, orientations = spiral.positions, spiral.orientations
    print(f'{"":<32}{"origins":>9}{"capsules":>10}{"touching":>10}{"error":>9}')
    print(f'{"":<32}{"least mm":>9}{"least mm":>10}{"% of poses":>10}{"mean mm":>9}')

    def show(label: str, q: Array) -> None:
        error = np.linalg.norm(chain.forward(q)[0] - positions, axis=1)
        origins = np.array([joint_origins(chain, each)[1:] for each in q])
        from_origins = np.linalg.norm(origins - SPHERE[:3], axis=-1).min(axis=1) - SPHERE[3]
        ends = body.placed(chain, q)[:, body.moving]
        apart = point_segment_distance(np.array(SPHERE[:3]), ends[:, :, 0], ends[:, :, 1])
        from_capsules = (apart - body.radii[body.moving]).min(axis=1) - SPHERE[3]
        print(
            f'{label:<32}{1e3 * from_origins.min():>9.1f}{1e3 * from_capsules.min():>10.1f}'
            f'{100 * (from_capsules < 0).mean():>10.1f}{1e3 * error.mean():>9.2f}'
        )

    models: list[IkModel] = []
    for label, scene in SCENES.items():
        config = TrainingConfig(samples=options.samples, held_out=20_000)
        models.append(train(chain, config, scene=scene, body=body, show_progress=False))
        show(label, IkSolver(models[-1]).predict(positions, orientations))
    config = TrainingConfig(
        samples=options.samples, held_out=20_000, scene_conditioned=True, learning_rate=5e-3
    )
    scene = SceneConfig(obstacle_weight=0.5, obstacle_margin=0.02)
    seeing = train(
        chain, config, start_from=models[0], scene=scene, body=body, show_progress=False
    )
    solver = IkSolver(seeing)
    solver.set_obstacles([SPHERE])
    show('network, scene-conditioned', solver.predict(positions, orientations))
    for label, model in (('solver', models[0]), ('solver, capsules', models[2])):
        solver = IkSolver(model)
        solver.set_obstacles([SPHERE])
        for avoid in (False, True):
            path = solver.follow(positions, orientations, avoid_collisions=avoid, timeout=5.0)
            word = 'keeping clear' if avoid else 'as if alone'
            show(f'{label}, {word}', path.joint_positions)
            if path.message:
                print(f'  {path.message}')


if __name__ == '__main__':
    main()
