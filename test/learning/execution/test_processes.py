# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkModel
from learned_ik.errors import ConfigurationError
from learned_ik.robot.arms import artificial_arm_urdf

torch = pytest.importorskip('torch')

from learned_ik.learning.execution.processes import Processes, processes  # noqa: E402

ROOT = Path(__file__).parents[3]
SMALL = ['--hidden', '24', '24', '24', '--batch', '500', '--held-out', '2000', '--seed', '3']


def test_without_torchrun_there_is_one_process():
    with processes() as team:
        assert (team.rank, team.count, team.is_first) == (0, 1, True)
        assert team.agree(0.3, True, False) == (0.3, True, False)
        assert team.gather('a') == ['a']


def test_a_batch_is_divided_evenly_or_not_at_all():
    team = Processes(rank=1, count=4)
    assert team.share_of(1000) == 250
    assert not team.is_first
    assert team.seed(5) != Processes(rank=2, count=4).seed(5) != 5
    for batch in (1001, 4):
        with pytest.raises(ConfigurationError, match=f'batch is {batch}, for 4 processes'):
            team.share_of(batch)


def test_two_processes_train_one_network_as_well_as_one_does(tmp_path):
    urdf = tmp_path / 'arm.urdf'
    urdf.write_text(artificial_arm_urdf(3))
    budget = ['--urdf', str(urdf), '--samples', '100000', '--without-report', '--json', *SMALL]
    command = [*budget, '--out', 'two.safetensors']
    environment = {**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'}
    torchrun = [sys.executable, '-m', 'torch.distributed.run', '--standalone']
    done = subprocess.run(
        [*torchrun, '--nproc-per-node', '2', '-m', 'learned_ik', 'train', *command],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)['training']['processes'] == 2  # one object, from one process
    two = IkModel.load(tmp_path / 'two.safetensors')
    assert two.training['samples'] == 100_000
    alone = subprocess.run(
        [sys.executable, '-m', 'learned_ik', 'train', *budget, '--out', 'one.safetensors'],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=180,
    )
    one = json.loads(alone.stdout)
    means = [held_out['position']['mean'] for held_out in (two.held_out, one['held_out'])]
    assert means[0] == pytest.approx(means[1], rel=0.4)
    assert max(means) < 0.05
    assert np.isfinite(two.network.weights[0]).all()
