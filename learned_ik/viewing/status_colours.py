# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""In which colour a tracker's status is shown: apart for everybody, on the page and in plots."""

from learned_ik.tracking.tracking_step import TrackingStatus

STATUS_COLOURS = {
    TrackingStatus.ON_TARGET: '#009E73',  # green
    TrackingStatus.CATCHING_UP: '#E69F00',  # amber
    TrackingStatus.CLOSEST: '#AA3377',  # violet
}
