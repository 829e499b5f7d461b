# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The pages that say how good the shipped models are say what the models say of themselves."""

from pathlib import Path

import pytest

from lab.measurements import accuracy

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize('page', ['docs/benchmark.md', 'lab/measurements/accuracy.md'])
def test_shows_the_shipped_models(page):
    table = accuracy.shipped_table()
    assert len(table.splitlines()) > 8
    text = (ROOT / page).read_text(encoding='utf-8')
    assert table in text, 'copy the table of: python -m lab.measurements.accuracy --shipped'
