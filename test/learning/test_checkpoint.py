# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import dataclasses
import threading

import numpy as np
import pytest

from learned_ik import IkModel, TrainingConfig
from learned_ik.errors import ConfigurationError, ModelFileError, RobotMismatchError

torch = pytest.importorskip('torch')

from learned_ik.learning.checkpoint import METADATA_KEY, Checkpoint  # noqa: E402
from learned_ik.learning.flat_state import flattened, restored  # noqa: E402
from learned_ik.learning.training import train  # noqa: E402
from learned_ik.storage.sealed import sealed, unsealed  # noqa: E402

TINY = TrainingConfig(
    samples=20_000, batch=200, hidden=(16, 16, 16), heads=2, held_out=500, density_power=0.3
)


def weights_of(model: IkModel) -> np.ndarray:
    """Return all weights in one row."""
    network = model.network
    return np.concatenate([values.ravel() for values in (*network.weights, *network.biases)])


@pytest.fixture(scope='module')
def interrupted(tiago, tmp_path_factory):
    """Return a checkpoint's path, of a training that was stopped half-way."""
    path = tmp_path_factory.mktemp('checkpoint') / 'arm.checkpoint'
    stop = threading.Event()

    def watch(progress) -> None:
        if progress.samples > 6000:
            stop.set()

    # Listeners hear a few times a second: a longer training makes sure that it is not over.
    config = dataclasses.replace(TINY, samples=2_000_000)
    model = train(
        tiago, config, checkpoint_to=path, show_progress=False, on_progress=watch, stop=stop
    )
    assert model.training['ended_early']
    return path


def test_going_on_gives_the_weights_of_a_training_that_was_not_interrupted(
    tiago, tmp_path, monkeypatch
):
    whole = train(tiago, TINY, show_progress=False)
    stop, path = threading.Event(), tmp_path / 'arm.checkpoint'
    from learned_ik.learning import training

    real = training.one_cycle

    def one_cycle(progress, warm_up):
        if progress > 0.4:
            stop.set()
        return real(progress, warm_up)

    monkeypatch.setattr(training, 'one_cycle', one_cycle)
    half = train(tiago, TINY, checkpoint_to=path, stop=stop, show_progress=False)
    assert half.training['samples'] < 10_000
    checkpoint = Checkpoint.load(path)
    assert checkpoint.config == TINY
    monkeypatch.setattr(training, 'one_cycle', real)
    resumed = train(tiago, TINY, resume_from=checkpoint, show_progress=False)
    np.testing.assert_array_equal(weights_of(resumed), weights_of(whole))
    assert resumed.held_out == whole.held_out
    curves = [
        [{k: v for k, v in row.items() if k != 'seconds'} for row in model.training['curve']]
        for model in (resumed, whole)
    ]
    assert curves[0] == curves[1]


def test_another_robots_checkpoint_is_refused(interrupted, artificial):
    checkpoint = Checkpoint.load(interrupted)
    with pytest.raises(RobotMismatchError, match='another robot: base link'):
        train(artificial(7), checkpoint.config, resume_from=checkpoint)


def test_other_choices_are_refused_by_name(interrupted, tiago):
    checkpoint = Checkpoint.load(interrupted)
    config = dataclasses.replace(checkpoint.config, learning_rate=0.5)
    with pytest.raises(ConfigurationError, match=r'learning_rate is 0\.5; .* made with 0\.01'):
        train(tiago, config, resume_from=checkpoint)
    checkpoint.check(tiago, dataclasses.replace(checkpoint.config, samples=5, held_out=3))


def test_what_is_no_checkpoint_is_said_to_be_none(tmp_path, interrupted):
    with pytest.raises(ModelFileError, match='does not exist or is not a file'):
        Checkpoint.load(tmp_path / 'missing')
    content = interrupted.read_bytes()
    for name, broken in (('cut', content[: len(content) // 2]), ('text', b'no checkpoint')):
        (tmp_path / name).write_bytes(broken)
        with pytest.raises(ModelFileError, match='not a readable checkpoint'):
            Checkpoint.load(tmp_path / name)
    (tmp_path / 'newer').write_bytes(sealed({'format_version': 99}, {}, METADATA_KEY))
    with pytest.raises(ModelFileError, match='has format version 99; expected 2'):
        Checkpoint.load(tmp_path / 'newer')
    torch.save({'format': 'learned_ik checkpoint 1'}, tmp_path / 'older')
    with pytest.raises(ModelFileError, match='not a readable checkpoint'):
        Checkpoint.load(tmp_path / 'older')


def test_nothing_in_a_checkpoint_is_executed(tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / 'executed'), 'w'))

    torch.save({'format': Evil()}, tmp_path / 'evil')
    with pytest.raises(ModelFileError):
        Checkpoint.load(tmp_path / 'evil')
    assert not (tmp_path / 'executed').exists()


def test_every_bit_of_a_checkpoint_counts(interrupted, tmp_path):
    content, path = interrupted.read_bytes(), tmp_path / 'flipped'
    for bit in np.random.default_rng(0).integers(0, 8 * len(content), 150).tolist():
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(ModelFileError):
            Checkpoint.load(path)


@pytest.mark.parametrize(
    'change',
    [
        {'state': {'pickle': 'os.system'}},
        {'state': {'tensor': 'tensor_99999'}},
        {'state': {'pairs': [[1]]}},
        {'state': [1]},
        {'configuration': {'batch': 10**9}},
        {'configuration': {'colour': 'red'}},
        {'configuration': None},
        {'scene': {'obstacles': 'many'}},
        {'chain': {}},
        {'body': {}},
        {'more': 1},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(interrupted, tmp_path, change):
    description, tensors, _ = unsealed(interrupted, METADATA_KEY, 'checkpoint')
    path = tmp_path / 'changed'
    path.write_bytes(sealed({**description, **change}, tensors, METADATA_KEY))
    with pytest.raises(ModelFileError, match="changed' is a damaged checkpoint: "):
        Checkpoint.load(path)


@pytest.mark.parametrize('part', ['network', 'optimizers', 'samples', 'tally'])
def test_a_state_that_does_not_fit_is_an_error_of_ours(interrupted, tiago, part):
    checkpoint = Checkpoint.load(interrupted)
    for state in (
        {name: value for name, value in checkpoint.state.items() if name != part},
        {**checkpoint.state, part: {'strange': 1}},
    ):
        strange = dataclasses.replace(checkpoint, state=state)
        with pytest.raises(ModelFileError, match='does not fit this training'):
            train(tiago, checkpoint.config, resume_from=strange, show_progress=False)


def test_a_state_comes_back_as_it_was():
    state = {
        'tally': {'best': float('inf'), 'curve': [{'x': 1.5}], 'name': None, 'on': True},
        'optimizers': [{'state': {0: {'step': torch.tensor(3.0)}}, 'betas': (0.9, 0.99)}],
        'bytes': torch.arange(7, dtype=torch.uint8),
        'turned': torch.arange(6.0).reshape(2, 3).T,
        'none': torch.empty(0, 3),
    }
    again = restored(*flattened(state))
    assert again['tally'] == state['tally']
    assert again['optimizers'][0]['betas'] == (0.9, 0.99)
    assert again['optimizers'][0]['state'][0]['step'].shape == ()
    for name in ('bytes', 'turned', 'none'):
        assert again[name].dtype == state[name].dtype
        assert torch.equal(again[name], state[name])


def test_a_checkpoint_that_cannot_be_written_does_not_end_training(tiago, tmp_path, caplog):
    stop = threading.Event()
    stop.set()
    (tmp_path / 'file').write_text('')
    path = tmp_path / 'file' / 'arm.checkpoint'
    model = train(tiago, TINY, checkpoint_to=path, stop=stop, show_progress=False)
    assert model.training['ended_early']
    assert 'cannot be resumed from here' in caplog.text
