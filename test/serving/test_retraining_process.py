# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Retraining in a process of its own, and what is left when it goes wrong."""

import dataclasses
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkModel
from learned_ik.errors import TrainingError
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.serving.retraining_process import RetrainingProcess, retrained_path

SPHERES = np.array([[0.5, 0.1, 0.1, 0.1]])
PATIENCE = 150  # [s]


@pytest.fixture
def model(tiago, untrained) -> IkModel:
    return untrained(tiago)


@pytest.fixture
def retraining():
    pytest.importorskip('torch')
    retraining = RetrainingProcess()
    yield retraining
    retraining.cancel()


def ended(retraining: RetrainingProcess):
    deadline = time.monotonic() + PATIENCE
    while (end := retraining.poll()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not retraining.running
    return end


def begun(retraining: RetrainingProcess) -> None:
    """Wait until training itself is under way."""
    deadline = time.monotonic() + PATIENCE
    while retraining.progress is None:
        assert retraining.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_network_that_takes_a_seed_takes_it_ever_after(
    retraining, model, with_seed_input, tmp_path
):
    path = tmp_path / 'arm.retrained.safetensors'
    retraining.start(with_seed_input(model), SPHERES, 2.0, path)
    end = ended(retraining)
    assert end.model is not None, end.message
    network = IkModel.load(path).network
    assert (network.seed_joints, network.seed_weight) == (7, 0.05)


def test_a_better_network_is_written_beside_the_model(retraining, model, tmp_path):
    path = tmp_path / 'arm.retrained.safetensors'
    retraining.start(model, SPHERES, 2.0, path)
    end = ended(retraining)
    assert end.model is not None, end.message  # an untrained one is easily bettered
    assert end.path == path
    written = IkModel.load(path)
    assert written.obstacles == (tuple(SPHERES[0]),)
    assert written.chain.fingerprint == model.chain.fingerprint
    assert end.new_score < end.old_score
    assert written.training['retrained_from']['obstacles'] == []
    assert [p.name for p in tmp_path.iterdir()] == ['arm.retrained.safetensors']
    assert retraining.progress.fraction == 1.0


def test_a_network_that_is_not_better_is_not_written(retraining, model, tmp_path, monkeypatch):
    monkeypatch.setattr(
        'learned_ik.serving.retraining_process.WORKER', 'test_worker_that_is_no_better'
    )
    (tmp_path / 'test_worker_that_is_no_better.py').write_text(
        'import json\n'
        'one = {"score": 0.01, "colliding": 0.1}\n'
        'both = {"scene": one, "outside": one}\n'
        'print(json.dumps({"event": "done", "better": False,\n'
        '                  "compared": {"old": both, "new": both}}))\n'
    )
    monkeypatch.setenv('PYTHONPATH', str(tmp_path), prepend=os.pathsep)
    path = tmp_path / 'out' / 'arm.retrained.safetensors'
    retraining.start(model, SPHERES, 1.0, path)
    end = ended(retraining)
    assert end.model is None
    assert 'the old network stays, it is the better one' in end.message
    assert not path.exists()


def test_a_killed_process_is_told_and_leaves_nothing(retraining, model, tmp_path):
    retraining.start(model, SPHERES, 60.0, tmp_path / 'arm.retrained.safetensors')
    begun(retraining)
    os.kill(retraining.worker.process.pid, signal.SIGKILL)
    end = ended(retraining)
    assert end.model is None
    assert 'was killed by signal 9, the old network stays' in end.message
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_one_leaves_nothing_and_twice_is_no_harm(retraining, model, tmp_path):
    retraining.start(model, SPHERES, 60.0, tmp_path / 'arm.retrained.safetensors')
    folder = retraining.worker.folder
    assert retraining.cancel()
    assert not retraining.cancel()
    assert retraining.poll() is None
    assert not folder.exists()
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_python_ends_it_too(tmp_path):
    pytest.importorskip('torch')
    program = (
        'import sys, numpy\n'
        'from pathlib import Path\n'
        'from learned_ik import IkModel\n'
        'from learned_ik.resources import shipped_file\n'
        'from learned_ik.serving.retraining_process import RetrainingProcess\n'
        "model = IkModel.load(shipped_file('models/tiago_arm.safetensors'))\n"
        'retraining = RetrainingProcess()\n'
        'spheres = numpy.array([[0.5, 0.1, 0.1, 0.1]])\n'
        f'retraining.start(model, spheres, 60.0, Path({str(tmp_path)!r}) / "x.safetensors")\n'
        'print(retraining.worker.folder, retraining.worker.process.pid)\n'
    )
    ended = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, check=True
    )
    folder, process = ended.stdout.split()
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(process), 0)


def test_a_full_disk_is_told(retraining, model, tmp_path, monkeypatch):
    from learned_ik.errors import ModelFileError

    def full(self, path):
        raise ModelFileError(f"model file '{path}' cannot be written: no space left on device")

    monkeypatch.setattr(IkModel, 'save', full)
    with pytest.raises(TrainingError, match=r'cannot be started.*no space left'):
        retraining.start(model, SPHERES, 1.0, tmp_path / 'x.safetensors')
    assert not retraining.running


class Blocker:
    """An import hook that forbids torch, as tools that isolate environments install them."""

    def find_spec(self, name, path=None, target=None):
        if name == 'torch':
            raise ModuleNotFoundError("No module named 'torch'", name='torch')


@pytest.mark.parametrize('how', ['absent', 'forbidden'])
def test_without_torch_it_is_said_at_once(model, tmp_path, monkeypatch, how):
    if how == 'absent':
        monkeypatch.setattr(importlib.util, 'find_spec', lambda name: None)
    else:
        monkeypatch.delitem(sys.modules, 'torch', raising=False)
        monkeypatch.setattr(sys, 'meta_path', [Blocker(), *sys.meta_path])
    with pytest.raises(TrainingError, match='needs torch, which is not installed'):
        RetrainingProcess().start(model, SPHERES, 1.0, tmp_path / 'x.safetensors')


def test_the_model_itself_is_never_the_place():
    assert retrained_path(Path('/a/arm.safetensors')) == Path('/a/arm.retrained.safetensors')
    assert retrained_path(Path('/a/arm')) == Path('/a/arm.retrained.safetensors')
    again = Path('/a/arm.retrained.safetensors')
    assert retrained_path(again) == again


def test_a_network_that_takes_the_scene_is_not_retrained(retraining, model, tmp_path):
    points = BasisPoints.for_chain(model.chain)
    seeing = dataclasses.replace(model, network=model.network.with_sight(points))
    with pytest.raises(TrainingError, match='takes the obstacles as its input'):
        retraining.start(seeing, SPHERES, 2.0, tmp_path / 'arm.retrained.safetensors')
    assert not retraining.running
    assert list(tmp_path.iterdir()) == []
