# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Models of arms that come without one: trained beside the node, kept in the user's folder."""

import logging
import os
from pathlib import Path

from learned_ik.errors import LearnedIkError
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain

log = logging.getLogger(__name__)


def kept_path(chain: KinematicChain) -> Path:
    """Return where the model of a chain is kept: its fingerprint is the name of the file."""
    home = os.environ.get('XDG_DATA_HOME', '')
    # What is not absolute is to be ignored, says the XDG Base Directory Specification.
    data = Path(home) if os.path.isabs(home) else Path.home() / '.local' / 'share'
    return data / 'learned_ik' / 'models' / f'{chain.fingerprint}.safetensors'


def kept_model(chain: KinematicChain) -> IkModel | None:
    """Return the model that was kept for a chain; None where there is none that can be used."""
    path = kept_path(chain)
    if not path.is_file():
        return None
    try:
        model = IkModel.load(path)
    except LearnedIkError as error:
        log.warning('the model that was kept is not used: %s', error)
        return None
    return model if model.chain.fingerprint == chain.fingerprint else None
