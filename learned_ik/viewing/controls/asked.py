# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Asked`: what users ask for, noted until the next step, which does it."""

import threading
from collections.abc import Callable, Mapping
from typing import Any


class Asked:
    """Requests by name, the last one of each. Safe to use from several threads."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = threading.Lock()
        self._asked: dict[str, Any] = {}

    def ask(self, what: str, value: Any = True) -> None:
        """Note a request."""
        with self._lock:
            self._asked[what] = value

    def take(self) -> dict[str, Any]:
        """Return the requests since the last call."""
        with self._lock:
            asked, self._asked = self._asked, {}
        return asked

    def by(self, what: str, value: Any = True) -> Callable[[Any], None]:
        """Return what notes a request when a user moves a control; not where the page set it."""

        def note(event: Any) -> None:
            if event.client is not None:
                self.ask(what, value)

        return note

    def by_option(self, requests: Mapping[str, str]) -> Callable[[Any], None]:
        """Return what notes the request of the option that a user chose from a row of buttons."""

        def note(event: Any) -> None:
            if event.client is not None:
                self.ask(requests[event.target.value])

        return note
