# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What RViz gets to draw is what it can draw."""

import numpy as np
import pytest

pytest.importorskip('rclpy')

from builtin_interfaces.msg import Time
from visualization_msgs.msg import Marker

from learned_ik.ros.markers import drawable, marker_array
from learned_ik.serving.rviz_picture import RvizPicture


def test_a_text_keeps_its_units_in_a_font_of_ascii():
    assert drawable('0.084 µm, 3e-06°, 12 µs, a → b') == '0.084 um, 3e-06 deg, 12 us, a to b'
    assert drawable('gelenk_ä') == 'gelenk_?'


def test_spaces_of_a_text_are_narrower_than_its_letters_are_high():
    nothing = np.empty((0, 3))
    picture = RvizPicture('base', nothing, nothing, None, 'at most 0.1 µm')
    texts = [
        marker
        for marker in marker_array(picture, Time()).markers
        if marker.type == Marker.TEXT_VIEW_FACING
    ]
    (text,) = texts
    assert text.text == 'at most 0.1 um'
    assert 0 < text.scale.x < text.scale.z
