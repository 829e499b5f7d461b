# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The page is served where it can be, at once or not at all, and to its own page alone."""

import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from learned_ik import IkModel
from learned_ik.errors import ConfigurationError
from learned_ik.viewing.page_server import free_port, is_own

ROOT = Path(__file__).parents[2]
MODEL = str(ROOT / 'models' / 'tiago_arm.safetensors')
LOCAL = '127.0.0.1'


@pytest.fixture
def taken():
    """Return a port that somebody listens on."""
    with socket.socket() as server:
        server.bind((LOCAL, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_free_port_is_kept_and_a_taken_one_is_not(taken):
    assert free_port(LOCAL, taken) > taken
    port = free_port(LOCAL, 8300)
    assert port >= 8300
    assert free_port('localhost', port) == port


@pytest.mark.parametrize(
    'host', ['192.0.2.1', 'no.such.host.invalid', '', '999.1.1.1', 'a' * 300, '::zz', None, 3]
)
def test_an_address_that_is_not_of_this_machine_is_told(host):
    with pytest.raises(ConfigurationError, match=r'^host is'):
        free_port(host, 8300)


@pytest.mark.parametrize('port', [0, -1, 65536, 10**9, '80', 1.5, True, None])
def test_a_port_that_is_none_is_told(port):
    with pytest.raises(ConfigurationError, match=r'^port is .* expected 1 up to 65535'):
        free_port(LOCAL, port)


def test_the_last_port_is_no_trap():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((LOCAL, 65535))
        server.listen()
        with pytest.raises(
            ConfigurationError, match='port is 65535, and all up to 65535 are taken'
        ):
            free_port(LOCAL, 65535)


def test_view_tells_at_once_that_it_cannot_be_bound():
    done = subprocess.run(
        [sys.executable, '-m', 'learned_ik', 'view', MODEL, '--host', '192.0.2.1'],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert 'viser' in done.stderr or "host is '192.0.2.1', which cannot be served" in done.stderr
    assert 'Traceback' not in done.stderr


@pytest.mark.parametrize(
    ('headers', 'own'),
    [
        ({'Host': 'localhost:8080', 'Origin': 'http://localhost:8080'}, True),
        ({'Host': '127.0.0.1:8080', 'Origin': 'http://127.0.0.1:8080'}, True),
        ({'Host': '[::1]:8080', 'Origin': 'http://[::1]:8080'}, True),
        ({'Host': '192.168.1.5:8080', 'Origin': 'http://192.168.1.5:8080'}, True),
        ({'Host': 'robot:8080', 'Origin': 'http://robot:8080'}, True),
        ({'Host': 'localhost:9000', 'Origin': 'http://localhost:9000'}, True),  # a tunnel
        ({'Host': 'localhost:8080'}, True),  # no page at all
        ({'Host': 'localhost:8080', 'Origin': 'http://evil.example'}, False),
        ({'Host': 'localhost:8080', 'Origin': 'http://localhost:8081'}, False),
        ({'Host': 'localhost:8080', 'Origin': 'null'}, False),
        ({'Host': 'localhost:8080', 'Origin': ''}, False),
        ({'Host': 'localhost:8080', 'Origin': 'http://localhost:8080.evil.example'}, False),
        # A name that its owner lets lead to this machine.
        ({'Host': 'evil.example:8080', 'Origin': 'http://evil.example:8080'}, False),
        ({'Host': 'evil.example:8080'}, False),
        ({}, False),
    ],
)
def test_who_is_let_in(headers, own):
    assert is_own(headers, 'robot') is own


@pytest.fixture(scope='module')
def served(artificial, untrained):
    """Return the port of a page whose joints have hostile names, and what it says."""
    pytest.importorskip('viser')
    import dataclasses

    from learned_ik import IkSolver
    from learned_ik.viewing.page import Page
    from learned_ik.viewing.viewed_robot import ViewedRobot

    chain = artificial(3)
    names = ('<script>alert(1)</script>', '[a](http://elsewhere)', 'a|b')
    model = untrained(dataclasses.replace(chain, joint_names=names))
    assert isinstance(model, IkModel)
    page = Page(ViewedRobot('<b>arm', IkSolver(model), None), LOCAL, 8400)
    said = page.panel._gauges.content + page.panel.headline.content
    yield int(page.address.rpartition(':')[2]), said
    page.close()


def test_the_page_itself_is_there(served):
    with urllib.request.urlopen(f'http://{LOCAL}:{served[0]}/', timeout=20) as page:
        assert page.status == 200
        assert b'<title>learned_ik \xe2\x80\x93 &lt;b&gt;arm</title>' in page.read()
    request = urllib.request.Request(
        f'http://{LOCAL}:{served[0]}/', headers={'Host': 'evil.example'}
    )
    with pytest.raises(urllib.error.HTTPError, match='403'):
        urllib.request.urlopen(request, timeout=20)


def connect(port: int, origin: str | None) -> None:
    import viser
    from websockets.sync.client import connect
    from websockets.typing import Origin, Subprotocol

    with connect(
        f'ws://{LOCAL}:{port}',
        origin=None if origin is None else Origin(origin),
        subprotocols=[Subprotocol(f'viser-v{viser.__version__}')],
        open_timeout=20,
    ) as socket:
        assert socket.recv(timeout=20)


def test_web_sockets_of_other_pages_are_refused(served):
    from websockets.exceptions import InvalidStatus

    port, _ = served
    connect(port, f'http://{LOCAL}:{port}')
    connect(port, None)
    for origin in ('http://evil.example', f'http://{LOCAL}:{port + 1}', 'null'):
        with pytest.raises(InvalidStatus, match='403'):
            connect(port, origin)


def test_names_on_the_page_are_escaped(served):
    _, said = served
    assert '<script>' not in said
    assert '&lt;script&gt;' in said
