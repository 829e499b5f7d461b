# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A file is written whole or not at all, and what is no file stays what it is."""

import errno
import os
import random
import resource
import socket
import subprocess
import sys
import time

import pytest

from learned_ik.errors import ModelFileError
from learned_ik.files import read_within, write_atomically


def names(folder):
    return sorted(place.name for place in folder.iterdir())


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / 'new' / 'folder' / 'file'
    write_atomically(path, b'content')
    assert read_within(path, 'file', 7) == b'content'
    assert path.stat().st_mode & 0o777 == 0o644
    assert names(path.parent) == ['file']


def test_a_larger_file_than_allowed_is_refused(tmp_path):
    path = tmp_path / 'file'
    path.write_bytes(b'12345')
    with pytest.raises(ModelFileError, match='larger than 4 bytes'):
        read_within(path, 'file', 4)
    os.truncate(path, 2**40)  # a hole: nothing of it is on the disk
    with pytest.raises(ModelFileError, match='larger than'):
        read_within(path, 'file', 1000)


@pytest.mark.parametrize('depth', [1, 2])
def test_a_link_remains_one(tmp_path, depth):
    target = tmp_path / 'target'
    target.write_bytes(b'before')
    link = target
    for number in range(depth):
        link, previous = tmp_path / f'link_{number}', link
        link.symlink_to(previous)
    write_atomically(link, b'after')
    assert link.is_symlink()
    assert target.read_bytes() == b'after'
    assert not target.is_symlink()


def test_the_target_of_a_dangling_link_is_made(tmp_path):
    link = tmp_path / 'link'
    link.symlink_to(tmp_path / 'folder' / 'target')
    write_atomically(link, b'content')
    assert link.is_symlink()
    assert (tmp_path / 'folder' / 'target').read_bytes() == b'content'


def test_a_link_in_a_circle_is_refused(tmp_path):
    link = tmp_path / 'link'
    link.symlink_to(link)
    with pytest.raises(ModelFileError, match='link that leads in a circle'):
        write_atomically(link, b'content')
    assert link.is_symlink()


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize(
    ('make', 'kind'),
    [
        (os.mkfifo, 'named pipe'),
        (os.mkdir, 'folder'),
        (make_socket, 'socket'),
        (lambda path: path.symlink_to('/dev/null'), 'device'),
    ],
    ids=['pipe', 'folder', 'socket', 'device'],
)
def test_what_is_no_file_is_refused_and_stays(tmp_path, make, kind):
    path = tmp_path / 'place'
    make(path)
    before = path.lstat()
    with pytest.raises(
        ModelFileError, match=f"picture '.*place' cannot be written: it is a {kind}"
    ):
        write_atomically(path, b'content', 'picture')
    after = path.lstat()
    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)
    with pytest.raises(ModelFileError, match='not a file'):
        read_within(path, 'file', 10)
    assert names(tmp_path) == ['place']


@pytest.mark.parametrize('mode', [0o600, 0o640, 0o664, 0o755])
def test_permissions_are_kept(tmp_path, mode):
    path = tmp_path / 'file'
    path.write_bytes(b'before')
    path.chmod(mode)
    write_atomically(path, b'after')
    assert path.stat().st_mode & 0o7777 == mode


@pytest.mark.skipif(os.geteuid() == 0, reason='nothing is protected from root')
def test_a_protected_file_is_left_alone(tmp_path):
    path = tmp_path / 'file'
    path.write_bytes(b'before')
    path.chmod(0o444)
    with pytest.raises(ModelFileError, match='write-protected'):
        write_atomically(path, b'after')
    assert path.read_bytes() == b'before'


@pytest.mark.parametrize('call', ['fsync', 'replace', 'chmod'])
@pytest.mark.parametrize(
    'error', [OSError(errno.ENOSPC, 'No space left on device'), KeyboardInterrupt()]
)
def test_what_fails_leaves_everything_as_it_was(tmp_path, monkeypatch, call, error):
    path = tmp_path / 'file'
    path.write_bytes(b'before')

    def fail(*_, **__):
        raise error

    monkeypatch.setattr('os.fsync' if call == 'fsync' else f'pathlib.Path.{call}', fail)
    expected = ModelFileError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_atomically(path, b'after')
    assert path.read_bytes() == b'before'
    assert names(tmp_path) == ['file']


def test_a_full_disk_leaves_everything_as_it_was(tmp_path):
    """A process that may write no larger files meets what a full disk is."""
    path = tmp_path / 'file'
    path.write_bytes(b'before')
    program = (
        'import resource, signal, sys\n'
        'from pathlib import Path\n'
        'from learned_ik.errors import ModelFileError\n'
        'from learned_ik.files import write_atomically\n'
        'signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n'
        'resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n'
        'try:\n'
        '    write_atomically(Path(sys.argv[1]), bytes(100_000))\n'
        'except ModelFileError as error:\n'
        '    print(error)\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', program, str(path)], capture_output=True, text=True, timeout=60
    )
    assert 'File too large' in done.stdout, done.stderr
    assert path.read_bytes() == b'before'
    assert names(tmp_path) == ['file']
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 4096  # of that process alone


def test_a_process_that_is_killed_leaves_one_file_whole(tmp_path):
    path, size = tmp_path / 'file', 3_000_000
    program = (
        'import sys\n'
        'from pathlib import Path\n'
        'from learned_ik.files import write_atomically\n'
        "contents = [letter * int(sys.argv[2]) for letter in (b'a', b'b')]\n"
        'write_atomically(Path(sys.argv[1]), contents[0])\n'
        "print('begun', flush=True)\n"
        'while True:\n'
        '    for content in contents:\n'
        '        write_atomically(Path(sys.argv[1]), content)\n'
    )
    rng = random.Random(0)
    for _ in range(8):
        process = subprocess.Popen(
            [sys.executable, '-c', program, str(path), str(size)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b'begun\n'
        time.sleep(rng.uniform(0, 0.05))
        process.kill()
        process.wait()
        process.stdout.close()
        content = path.read_bytes()
        assert content in (b'a' * size, b'b' * size)


def test_what_a_killed_process_left_is_swept_by_the_next(tmp_path):
    path, other = tmp_path / 'file', tmp_path / '.other.abcdefgh.part'
    old, young = tmp_path / '.file.abcdefgh.part', tmp_path / '.file.ijklmnop.part'
    for place in (old, young, other):
        place.write_bytes(b'half')
    for place in (old, other):
        os.utime(place, (time.time() - 3600,) * 2)
    write_atomically(path, b'content')
    assert names(tmp_path) == sorted(['file', young.name, other.name])


@pytest.mark.parametrize('path', ['a' * 300, 'a\0b', '/proc/nothing/file', '\ud800'])
def test_a_name_that_cannot_be_is_an_error_of_ours(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelFileError):
        write_atomically(path, b'content')
    with pytest.raises(ModelFileError):
        read_within(path, 'file', 10)


@pytest.mark.parametrize('path', [None, 3, b'name', object()])
def test_what_is_no_path_is_an_error_of_ours(path):
    with pytest.raises(ModelFileError, match='expected a path'):
        write_atomically(path, b'content')
    with pytest.raises(ModelFileError, match='expected a path'):
        read_within(path, 'file', 10)


def test_writing_below_a_file_is_an_error_of_ours(tmp_path):
    (tmp_path / 'file').write_bytes(b'')
    with pytest.raises(ModelFileError, match='cannot be written'):
        write_atomically(tmp_path / 'file' / 'more', b'content')
