# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from lab.paper import fig2, fig6, printed_values, spirals, table1
from lab.paper.presentation import experiment_page, results
from lab.paper.presentation.results import Claim, Report, Table
from lab.paper.training.catalogue import our_network, paper_network
from lab.paper.training.shelf import Shelf, artificial_arm
from learned_ik.solving.solver import IkSolver


def test_rank_correlation_sees_order_alone():
    a = np.array([1.0, 2.0, 5.0, 9.0])
    assert fig2.rank_correlation(a, np.exp(a)) == pytest.approx(1)
    assert fig2.rank_correlation(a, -a) == pytest.approx(-1)
    assert fig2.ranks(np.array([7.0, 3.0, 7.0, 9.0])).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_clearance_is_from_the_nearest_joint(tiny, folder):
    trial = our_network(tiny, 'artificial7')
    model = Shelf(folder / 'networks').models([trial])[trial.name]
    straight = np.zeros((1, 7))  # up along z, with joints at 0.01, 0.01, 0.17, 0.17, ... m
    x, _, z, radius = fig6.SPHERE
    nearest = min(np.hypot(x, z - height) for height in (0.01, 0.17, 0.33, 0.48, 0.49))
    assert fig6.clearances(model, straight)[0] == pytest.approx(nearest - radius, abs=0.002)


@pytest.mark.parametrize('joints', [4, 7, 20])
def test_the_spiral_can_be_reached(joints):
    chain = artificial_arm(joints)
    path = spirals.spiral_for(chain, 40)
    solver = IkSolver(chain)
    solved = solver.solve_batch(path.positions, path.orientations, orientation_tolerance=np.inf)
    assert solved.success.all()


def test_the_slice_holds_poses_of_its_heights():
    cut = fig2.Slice.of(artificial_arm(7), 20_000)
    z = cut.poses[:, 2].numpy()
    assert z.min() >= printed_values.SLICE[0] - 1e-6
    assert z.max() <= printed_values.SLICE[1] + 1e-6
    assert cut.count.sum() == len(z) > 500


def test_refined_answers_are_exact(tiny, folder):
    trial = our_network(tiny, 'artificial7')
    model = Shelf(folder / 'networks').models([trial])[trial.name]
    errors = table1.refined(model, 100)
    assert errors['position']['median'] < 2e-6
    assert errors['limits_broken'] == 0


def test_a_report_is_the_same_after_json():
    report = Report(
        (Table('caption', ('a', 'b'), ((1.0, None), ('x', 2))),),
        claims=(Claim('it holds', 'III', True, None, 'numbers'),),
        notes=('a note',),
    )
    assert Report.from_dict(report.to_dict()) == report


@pytest.mark.parametrize(
    ('paper_recipe', 'default_recipe', 'before', 'settled'),
    [
        (True, True, results.UPHELD, results.UPHELD),
        (True, None, results.UPHELD, results.UPHELD),
        (True, False, results.THEIRS, results.THEIRS),
        (False, True, results.UNDECIDED, results.CONTRADICTED),
        (False, None, results.UNDECIDED, results.CONTRADICTED),
        (False, False, results.CONTRADICTED, results.CONTRADICTED),
    ],
)
def test_a_claim_is_not_contradicted_by_what_has_not_settled(
    paper_recipe, default_recipe, before, settled
):
    claim = Claim('it holds', 'III', paper_recipe, default_recipe, 'numbers')
    assert (claim.outcome(settled=False), claim.outcome(settled=True)) == (before, settled)


def test_a_claim_knows_itself_whether_its_networks_have_settled():
    claim = Claim('it holds', 'III', False, None, 'numbers', settled=True)
    assert claim.outcome(settled=False) == results.CONTRADICTED
    claim = dataclasses.replace(claim, settled=False)
    assert claim.outcome(settled=True) == results.UNDECIDED


def test_what_is_undecided_is_named_with_what_its_networks_have_seen():
    claim = Claim('it holds', 'III', False, None, 'numbers').__dict__
    report = Report((), claims=(Claim(**claim),)).to_dict()
    budget = {'name': 'standard', 'samples': 1_000_000}
    page = '\n'.join(experiment_page._claims({'fig4': {'budget': budget, **report}}))
    assert 'Not trained to the end: the networks of fig4, 1 of 160 million samples each.' in page


def test_seeds_are_compared_that_were_trained_equally_long(tiny):
    budget = dataclasses.replace(tiny, seeds=3)
    setting = table1.SEVERAL_SEEDS[0]

    def model(samples, position):
        held_out = {'position': {'mean': position}, 'orientation': {'mean': 0.1}}
        return SimpleNamespace(training={'samples': samples}, held_out=held_out)

    trained = [model(160_000_000, 0.05), model(1_000_000, 0.2), model(160_000_000, 0.06)]
    names = [trial.name for trial in table1.seeds_of(budget, setting)]
    samples, lengths, _ = table1.errors_over_seeds(
        budget, dict(zip(names, trained, strict=True)), setting
    )
    assert (samples, lengths) == (160, pytest.approx([50, 60]))


def test_jumps_are_counted_where_another_head_takes_over(tiny, folder):
    trials = [recipe(tiny, 'artificial7', 'position') for recipe in (paper_network, our_network)]
    one_head, eight_heads = Shelf(folder / 'networks').models(trials).values()
    assert spirals.jumps(one_head, 40) == 0
    assert spirals.jumps(eight_heads, 40) > 0


def test_table_1_has_every_setting_that_the_paper_prints():
    assert len(table1.PRINTED) == len(printed_values.TABLE_1)
    assert set(table1.PRINTED) < set(table1.SETTINGS)


@pytest.mark.parametrize(
    ('cell', 'text'),
    [(None, '–'), (12.345, '12.3'), (1234.5, '1234'), (2e-5, '< 0.001'), (0.0, '0'), ('a', 'a')],
)
def test_cells_show_the_digits_that_mean_something(cell, text):
    assert experiment_page.shown(cell) == text


def test_networks_of_other_seeds_limits_and_scenes_have_other_names(tiny):
    trials = [
        paper_network(tiny, 'tiago'),
        paper_network(tiny, 'tiago', seed=1),
        paper_network(tiny, 'artificial7', limits=0.8),
        *(trial for pair in fig6.pairs(tiny).values() for trial in pair),
    ]
    assert len({trial.name for trial in trials}) == len(trials)
    assert dataclasses.asdict(trials[1].config)['seed'] == 1
