# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`DescribedBody`: the body of the robot that is described, made beside what serves.

Meshes take seconds to be covered. Until then, or where none can be made, the model's body serves.
"""

import logging
import threading

from learned_ik.errors import LearnedIkError
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

log = logging.getLogger(__name__)


class DescribedBody:
    """Makes one body at a time, in a thread of its own; only the last one asked for counts."""

    def __init__(self) -> None:
        """Ask for nothing yet."""
        self._made: Body | None = None  # of what was asked for last
        self._offered: Body | None = None  # what `take` returns
        self._asked: tuple[str | None, Body | None] = None, None
        self._thread: threading.Thread | None = None

    def ask(self, description: str | None, chain: KinematicChain, known: Body | None) -> None:
        """Begin with the body of a description, and forget what was asked for before.

        Args:
            description: the URDF's text; None: the model's own body is asked for.
            chain: the arm that is served.
            known: the model's body: what stands for links that have no geometry.

        """
        last_description, last_known = self._asked
        alike = known is last_known or (known and last_known and known.is_like(last_known))
        if description is not None and description == last_description and alike:
            self._offered = self._made
            return
        self._asked = asked = description, known
        self._made, self._offered = None, known
        if description is not None:
            self._thread = threading.Thread(
                target=self._make, args=(asked, description, chain, known), daemon=True
            )
            self._thread.start()

    def take(self) -> Body | None:
        """Return what was made since the last call, or None."""
        offered, self._offered = self._offered, None
        return offered

    def wait(self, timeout: float | None = None) -> None:
        """Wait until what was asked for is made, for at most some time [s]."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _make(
        self, asked: tuple, description: str, chain: KinematicChain, known: Body | None
    ) -> None:
        try:
            body = Body.from_urdf(description, chain, known=known)
            body.hulls  # noqa: B018  # what a solver needs of it, made here and kept
        except LearnedIkError as error:
            log.warning("the robot description has no body, the model's is kept: %s", error)
            return
        except Exception:
            log.exception("the model's body is kept: that of the robot description failed")
            return
        if self._asked is asked and body is not known:
            self._made = self._offered = body
            log.info('the body is that of the robot description: %d capsules', len(body))
