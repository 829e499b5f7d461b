# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import json
import math

import pytest
from PIL import Image

from lab.paper import experiment_run, printed_values
from lab.paper.training.catalogue import paper_network
from lab.paper.training.shelf import Shelf
from learned_ik import cli
from learned_ik.errors import ConfigurationError, TrainingError
from learned_ik.learning.execution.trials import run_trial
from learned_ik.learning.training_config import TrainingConfig


def numbers(result):
    return [
        cell
        for t in result['tables']
        for row in t['rows']
        for cell in row
        if isinstance(cell, float)
    ]


@pytest.mark.parametrize('name', experiment_run.NAMES)
def test_every_experiment_writes_numbers_pictures_and_a_page(name, folder):
    result = experiment_run.run(
        name, experiment_run.budget_named('quick'), folder, 'the command', jobs=1
    )[name]
    assert json.loads(json.dumps(result)) == json.loads((folder / f'{name}.json').read_text())
    assert result['samples'] == sum(row['samples'] for row in result['networks'])
    assert result['processor_seconds']['training'] > 0
    assert all(math.isfinite(number) for number in numbers(result))
    page = (folder / 'index.md').read_text()
    assert result['title'] in page
    assert result['claims']
    for claim in result['claims']:  # none of which such a training can judge
        assert claim['statement'] not in page
    assert 'no claim is judged by them' in page
    for picture in result['pictures']:
        assert picture['caption'] in page
        with Image.open(folder / picture['file']) as image:
            assert image.width >= 900


def test_networks_are_trained_once_and_read_again(tiny, tmp_path, monkeypatch):
    trial = paper_network(tiny, 'artificial3')
    trained = Shelf(tmp_path).models([trial])
    monkeypatch.setattr('lab.paper.training.shelf.run_trials', lambda todo, _: map(len, todo))
    again = Shelf(tmp_path).models([trial])
    assert again[trial.name].held_out == trained[trial.name].held_out
    assert trained[trial.name].training['processor_seconds'] > 0


def test_a_training_that_was_interrupted_is_not_kept(tiny, tmp_path, monkeypatch):
    trial = paper_network(tiny, 'artificial3')
    done = run_trial(trial)
    model = dataclasses.replace(done.model, training={**done.model.training, 'ended_early': True})
    monkeypatch.setattr(
        'lab.paper.training.shelf.run_trials',
        lambda todo, _: [dataclasses.replace(done, model=model)],
    )
    with pytest.raises(TrainingError, match='artificial3_pose_linear: interrupted; the same'):
        Shelf(tmp_path).models([trial])
    assert not list(tmp_path.iterdir())


def test_another_choice_is_another_network(tiny, tmp_path):
    more = dataclasses.replace(tiny, samples=400)
    models = [Shelf(tmp_path).models([paper_network(b, 'artificial3')]) for b in (tiny, more)]
    assert [m['artificial3_pose_linear'].training['samples'] for m in models] == [300, 400]


def test_the_device_makes_no_other_network(tiny, tmp_path):
    shelf = Shelf(tmp_path)
    budgets = (tiny, dataclasses.replace(tiny, device='cuda'))
    trials = [paper_network(budget, 'artificial3') for budget in budgets]
    assert [trial.config.device for trial in trials] == ['cpu', 'cuda']
    assert len({shelf.path(trial) for trial in trials}) == 1


def test_an_option_that_is_off_makes_no_other_network(tiny, tmp_path, monkeypatch):
    trial = paper_network(tiny, 'artificial3')
    path = Shelf(tmp_path).path(trial)
    choices = trial.config.to_dict()
    later = {**choices, 'found_later': False}
    monkeypatch.setattr(TrainingConfig, 'to_dict', lambda _: later)
    assert Shelf(tmp_path).path(trial) == path
    later['found_later'] = True
    assert Shelf(tmp_path).path(trial) != path


def test_the_full_budget_is_the_papers(tiny):
    full = experiment_run.budget_named('full')
    config = paper_network(full, 'tiago').config
    assert config.samples // config.batch == printed_values.STEPS == 1_600_000
    assert config.held_out == 200_000
    assert full.joints == tuple(range(3, 21))


def test_claims_of_trained_networks_are_on_the_page(tiny, tmp_path):
    result = experiment_run.run('table2', tiny, tmp_path, 'the command')['table2']
    page = (tmp_path / 'index.md').read_text()
    for claim in result['claims']:
        assert f'**{claim["statement"]}** (section {claim["section"]}, [table2](#table2))' in page
        assert claim['numbers'][1:] in page


def test_a_network_of_the_full_budget_is_shown_where_there_is_one(tiny, tmp_path, monkeypatch):
    full = dataclasses.replace(tiny, name='full', samples=400)
    monkeypatch.setitem(experiment_run.BUDGETS, 'full', full)
    shelf = Shelf(tmp_path / 'networks')
    shelf.models([paper_network(full, 'tiago')])
    result = experiment_run.run('table1', tiny, tmp_path, 'the command')['table1']
    samples = {row['name']: row['samples'] for row in result['networks']}
    assert (samples['tiago_pose_linear'], samples['tiago_pose_linear_full']) == (300, 400)
    shown = {row[:4] for row in map(tuple, result['tables'][0]['rows'])}
    assert ('TIAGo', 'unsupervised, position + rotation', 'linear', 0.0004) in shown
    assert ('TIAGo', 'unsupervised, position', 'linear', 0.0003) in shown


def test_what_is_not_run_yet_is_said(tiny, tmp_path):
    experiment_run.run('table2', tiny, tmp_path, 'the command')
    page = (tmp_path / 'index.md').read_text()
    assert 'Not run yet: `python -m learned_ik experiment fig4' in page


def test_unknown_names_are_refused():
    with pytest.raises(ConfigurationError, match="no experiment 'fig9'; there are: table1"):
        experiment_run.chosen('fig9')
    with pytest.raises(ConfigurationError, match="no budget 'huge'; there are: quick"):
        experiment_run.budget_named('huge')


def test_all_are_all():
    assert experiment_run.chosen('all') == experiment_run.NAMES


def test_the_command_prints_one_json_object(tmp_path, tiny, monkeypatch, capsys):
    monkeypatch.setitem(experiment_run.BUDGETS, 'quick', tiny)
    assert cli.main(['experiment', 'table2', '--out', str(tmp_path), '--json']) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed['results']['table2']['experiment'] == 'table2'
    assert printed['page'] == str(tmp_path / 'index.md')


def test_the_command_knows_every_experiment():
    from typing import get_args

    from lab.commands.experiment import Name

    assert get_args(Name) == (*experiment_run.NAMES, experiment_run.ALL)
