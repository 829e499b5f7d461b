# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import json
import math

import numpy as np
import pytest

from learned_ik import TrainingConfig
from learned_ik.errors import ConfigurationError

pytest.importorskip('torch')

from learned_ik.learning.reports.report import Report
from learned_ik.learning.reports.report_page import write_report
from learned_ik.learning.training import train


@pytest.fixture(scope='module')
def report(tiago) -> Report:
    config = TrainingConfig(samples=20_000, batch=200, hidden=(32, 32), heads=3, held_out=5000)
    return Report.of(train(tiago, config, show_progress=False), poses=5000)


def test_its_numbers_are_those_of_the_training(report):
    held_out, summary = report.model.held_out, report.summary()
    for key in ('position', 'orientation'):  # the same poses, in other chunks
        for name in ('mean', 'median', 'p99'):
            assert summary[key][name] == pytest.approx(held_out[key][name], rel=1e-4)
        assert summary[key]['p90'] < summary[key]['p99'] <= summary[key]['max']
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_its_parts_add_up_to_the_whole(report):
    rows = report.by_margin()
    assert sum(row['poses'] for row in rows) >= 0.99 * 5000
    total = sum(row['poses'] * row['position'] for row in rows)
    assert total == pytest.approx(report.position_errors.sum(), rel=0.02)
    assert report.margins.min() >= 0
    assert report.margins.max() <= 1
    _, _, mean, count = report.map(0, 2, report.position_errors)
    assert count.sum() == 5000
    assert np.nanmax(mean) <= report.position_errors.max()
    shares = report.summary()['distinct_solutions']['shares']
    assert sum(shares) == pytest.approx(1)
    assert len(shares) == 1 + 3


def test_the_folder_holds_a_page_numbers_and_pictures(report, tmp_path):
    errors = dict.fromkeys(('mean', 'median', 'p90', 'p99', 'max'), 2e-6)
    refined = {'poses': 9, 'solved': 1.0, 'position': errors, 'orientation': errors, 'seconds': 1}
    page = write_report(report, tmp_path / 'new' / 'report', refined)
    text = page.read_text()
    assert 'refined: position [µm]</td><td>2</td>' in text
    assert '100.00 % of the poses are solved' in text  # the verdict
    assert text.count('<h2>') == 6
    assert json.loads((page.parent / 'report.json').read_text())['refined'] == refined
    pictures = sorted(path.name for path in page.parent.glob('*.png'))
    assert pictures == [
        'distinct.png',
        'errors.png',
        'limits.png',
        'training.png',
        'workspace.png',
    ]
    assert all(f'src="{name}"' in text for name in pictures)
    assert all((page.parent / name).stat().st_size > 3000 for name in pictures)
    numbers = json.loads((page.parent / 'report.json').read_text())
    assert f'{1e3 * numbers["position"]["mean"]:.3g}' in text
    assert f'{math.degrees(numbers["orientation"]["p99"]):.3g}' in text


def test_a_folder_that_cannot_be_written_is_named(report, tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(ConfigurationError, match='file/report'):
        write_report(report, tmp_path / 'file' / 'report')


def test_a_model_without_a_history_has_a_report_too(tiago, untrained, tmp_path):
    page = write_report(Report.of(untrained(tiago), poses=1000), tmp_path)
    assert not (tmp_path / 'training.png').exists()
    assert 'untrained' in page.read_text()
