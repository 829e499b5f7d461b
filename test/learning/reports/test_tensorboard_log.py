# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import sys

import pytest

from learned_ik.errors import ConfigurationError

pytest.importorskip('torch')

from learned_ik.learning.reports.progress import Progress
from learned_ik.learning.reports.tensorboard_log import tensorboard


def test_without_a_folder_nobody_listens():
    with tensorboard(None) as listener:
        assert listener is None


def test_progress_goes_to_a_log_of_tensorboard(tmp_path):
    pytest.importorskip('tensorboard')
    with tensorboard(tmp_path / 'log') as listener:
        listener(Progress(0.5, 1000, 2.0, 0.01, 0.02, 0.005, 0.01))
    (log,) = (tmp_path / 'log').iterdir()
    assert b'position error/mean' in log.read_bytes()


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'torch.utils.tensorboard', None)
    with pytest.raises(ConfigurationError, match='pip install tensorboard'):
        with tensorboard(tmp_path):
            pass
