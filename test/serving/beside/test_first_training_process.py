# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The first network of an arm, trained in a process of its own; without ROS."""

import os
import signal
import time

import pytest

from learned_ik import IkModel, IkSolver
from learned_ik.errors import TrainingError
from learned_ik.serving.beside import first_training_process
from learned_ik.serving.beside.first_training_process import FirstTrainingProcess, solved
from learned_ik.serving.described.kept_models import kept_model, kept_path

PATIENCE = 120.0  # [s]


@pytest.fixture(autouse=True)
def data_home(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_DATA_HOME', str(tmp_path / 'data'))
    return tmp_path / 'data'


@pytest.fixture
def training():
    pytest.importorskip('torch')
    training = FirstTrainingProcess()
    yield training
    training.close()


@pytest.fixture
def solver(artificial):
    return IkSolver(artificial(7))


def ended(training):
    end = time.monotonic() + PATIENCE
    while (result := training.ended()) is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    return result()


@pytest.fixture
def result_of_training(tmp_path, monkeypatch):
    """Let a training result in a model, without training it."""

    def result_of_training(model):
        model.save(tmp_path / 'result.safetensors')
        (tmp_path / 'worker_without_training.py').write_text(
            'import json, shutil, sys\n'
            'out = json.loads(sys.stdin.readline())["out"]\n'
            f'shutil.copy({str(tmp_path / "result.safetensors")!r}, out)\n'
            'print(json.dumps({"event": "done"}))\n'
        )
        monkeypatch.setattr(first_training_process, 'torch_is_installed', lambda: True)
        monkeypatch.setattr(first_training_process, 'WORKER', 'worker_without_training')
        monkeypatch.setenv('PYTHONPATH', str(tmp_path), prepend=os.pathsep)

    return result_of_training


def test_it_trains_for_the_arm_and_judges(training, solver):
    training.start(solver, 'arm', 2.0)
    assert training.running
    end = ended(training)
    assert 'at the first attempt' in end.message
    assert training.progress.fraction == 1.0
    assert kept_path(solver.chain).exists() == (end.model is not None)


def test_a_better_network_is_kept_by_the_fingerprint(result_of_training):
    model = IkModel.load('ur10')
    result_of_training(model)
    training, solver = FirstTrainingProcess(), IkSolver(model.chain)
    training.start(solver, 'arm', 1.0)
    end = ended(training)
    assert end.model is not None, end.message
    assert 'kept as' in end.message
    assert kept_model(solver.chain).name == 'ur10'
    assert solved(IkSolver(end.model)).at_first > solved(solver).at_first
    assert [path.name for path in kept_path(solver.chain).parent.iterdir()] == [
        f'{solver.chain.fingerprint}.safetensors'
    ]


def test_one_that_is_no_better_is_neither_served_nor_kept(result_of_training, solver, untrained):
    result_of_training(untrained(solver.chain))
    training = FirstTrainingProcess()
    training.start(solver, 'arm', 1.0)
    end = ended(training)
    assert end.model is None
    assert 'the trained network is not better than none: poses solved' in end.message
    assert not kept_path(solver.chain).exists()


def test_one_that_cannot_be_kept_is_served_all_the_same(result_of_training, data_home):
    data_home.write_text('a file where the folder should be')
    model = IkModel.load('ur10')
    result_of_training(model)
    training = FirstTrainingProcess()
    training.start(IkSolver(model.chain), 'arm', 1.0)
    end = ended(training)
    assert isinstance(end.model, IkModel)
    assert 'trained, but not kept' in end.message


def test_a_killed_process_is_told_and_leaves_nothing(training, solver):
    training.start(solver, 'arm', 60.0)
    folder = training.worker.folder
    os.kill(training.worker.process.pid, signal.SIGKILL)
    end = ended(training)
    assert end.model is None
    assert 'training was killed by signal 9' in end.message
    assert not folder.exists()


def test_without_torch_it_says_what_to_install(solver, monkeypatch):
    monkeypatch.setattr(first_training_process, 'torch_is_installed', lambda: False)
    training = FirstTrainingProcess()
    with pytest.raises(TrainingError, match='needs torch, which is not installed: pip install'):
        training.start(solver, 'arm', 1.0)
    training.close()
    assert not training.running
