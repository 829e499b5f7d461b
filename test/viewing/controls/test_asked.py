# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace

from learned_ik.viewing.controls.asked import Asked

USER, PAGE = (SimpleNamespace(client=client) for client in ('a browser', None))


def test_what_is_asked_is_taken_once():
    asked = Asked()
    asked.ask('joint 1', 1)
    asked.ask('joint 1', 2)
    asked.ask('random')
    assert asked.take() == {'joint 1': 2, 'random': True}
    assert asked.take() == {}


def test_what_the_page_sets_itself_asks_for_nothing():
    asked = Asked()
    asked.by('slider 0', 0)(PAGE)
    asked.by_option({'Spiral': 'spiral'})(SimpleNamespace(client=None))
    assert asked.take() == {}
    asked.by('slider 0', 0)(USER)
    asked.by_option({'Spiral': 'spiral'})(
        SimpleNamespace(client='a browser', target=SimpleNamespace(value='Spiral'))
    )
    assert asked.take() == {'slider 0': 0, 'spiral': True}
