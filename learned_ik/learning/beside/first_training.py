# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The first network of an arm that is served without one.

Run as `python -m learned_ik.learning.beside.first_training`; see `job.py`.
"""

import dataclasses
import sys
from typing import Any

from learned_ik.learning.beside.job import say, teller, work
from learned_ik.learning.training_config import preset
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain


def run(job: dict[str, Any]) -> None:
    """Do one job: train, and write the model file."""
    from learned_ik.learning.training import train

    chain = KinematicChain.from_dict(job['chain'])
    config = dataclasses.replace(
        preset('default'), minutes=job['seconds'] / 60, held_out=20_000, threads=1, device='cpu'
    )
    model = train(
        chain, config, body=Body.from_dict(job['body'], chain),
        show_progress=False, on_progress=teller(),
    )  # fmt: skip
    dataclasses.replace(model, name=job['name']).save(job['out'])
    say('done')


if __name__ == '__main__':
    sys.exit(work(run))
