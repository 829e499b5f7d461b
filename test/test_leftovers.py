# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What killed processes leave is removed; what living ones write, and what is not ours, is not."""

import os
import subprocess
import sys
import tempfile
import time

import pytest

from learned_ik import leftovers
from learned_ik.files import write_atomically
from learned_ik.leftovers import held_folder, hold, sweep_beside, sweep_folders

OLD = time.time() - 100.0


def old(path, content=b''):
    path.write_bytes(content)
    os.utime(path, (OLD, OLD))
    return path


def test_what_nobody_holds_is_swept_and_nothing_else(tmp_path):
    model = tmp_path / 'arm.safetensors'
    left = [old(tmp_path / f'.arm.safetensors.{end}') for end in ('abcd1234', 'x_yz9876.part')]
    kept = [
        old(tmp_path / name)
        for name in ('arm.safetensors', '.arm.safetensors', '.arm.safetensors.abcd12345',
                     '.arm.safetensors.swp', '.arms.safetensors.abcd1234', 'notes.abcd1234')
    ]  # fmt: skip
    kept.append(tmp_path / '.arm.safetensors.young000')
    kept[-1].write_bytes(b'')
    with old(tmp_path / '.arm.safetensors.held0000').open('rb') as file:
        hold(file.fileno())
        sweep_beside(model)
        assert not any(path.exists() for path in left)
        assert all(path.exists() for path in kept)
        assert (tmp_path / '.arm.safetensors.held0000').exists()
    sweep_beside(model)
    assert not (tmp_path / '.arm.safetensors.held0000').exists()


def test_a_folder_in_place_of_a_file_or_no_folder_at_all_is_survived(tmp_path):
    (tmp_path / '.arm.abcd1234').mkdir()
    os.utime(tmp_path / '.arm.abcd1234', (OLD, OLD))
    sweep_beside(tmp_path / 'arm')
    sweep_beside(tmp_path / 'nowhere' / 'arm')
    sweep_beside(tmp_path / '.arm.abcd1234' / 'file')


KILLED = """
import os, signal, sys
from pathlib import Path
from learned_ik.files import write_atomically
from learned_ik.leftovers import held_folder
print(held_folder('learned_ik_test_')[0], flush=True)
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
write_atomically(Path(sys.argv[1]), b'new')
"""


def test_a_killed_process_leaves_the_old_file_and_nothing_after_the_next_write(
    tmp_path, monkeypatch
):
    monkeypatch.setenv('TMPDIR', str(tmp_path))
    monkeypatch.setattr(tempfile, 'tempdir', None)
    monkeypatch.setattr(leftovers, 'YOUNG', 0.0)
    path = tmp_path / 'models' / 'arm.safetensors'
    write_atomically(path, b'old')
    killed = subprocess.run(
        [sys.executable, '-c', KILLED, path], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -9
    assert path.read_bytes() == b'old'
    assert len(list(path.parent.iterdir())) == 2
    write_atomically(path, b'newer')
    assert [entry.read_bytes() for entry in path.parent.iterdir()] == [b'newer']
    folder, descriptor = held_folder('learned_ik_test_')
    sweep_folders('learned_ik_test_')
    assert not os.path.exists(killed.stdout.strip())
    assert folder.exists()
    os.close(descriptor)
    sweep_folders('learned_ik_test_')
    assert not folder.exists()


@pytest.mark.parametrize('name', ['learned_ik_test_', 'learned_ik_test_abcd1234.txt', 'other'])
def test_folders_of_others_stay(tmp_path, monkeypatch, name):
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    (tmp_path / name).mkdir()
    os.utime(tmp_path / name, (OLD, OLD))
    sweep_folders('learned_ik_test_')
    assert (tmp_path / name).exists()
