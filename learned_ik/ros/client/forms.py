# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Two forms of a question: one that returns a future, and one made of it that waits."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from rclpy.task import Future

Options = ParamSpec('Options')
Reply = TypeVar('Reply')
Owner = TypeVar('Owner', bound='Waits')


class Waits(Protocol):
    """Whoever can wait for a future."""

    def wait(self, ask: Callable[[], Future[Any]]) -> Any:
        """Ask, and return what the future brings."""


def waiting(
    ask: Callable[Concatenate[Owner, Options], Future[Reply]],
) -> Callable[Concatenate[Owner, Options], Reply]:
    """Return a method that waits for what the method `..._async` promises."""

    @functools.wraps(ask)
    def wait(self: Owner, *args: Options.args, **options: Options.kwargs) -> Reply:
        reply: Reply = self.wait(lambda: ask(self, *args, **options))
        return reply

    signature = inspect.signature(ask)
    promised = str(signature.return_annotation).removeprefix('Future[').removesuffix(']')
    wait.__signature__ = signature.replace(return_annotation=promised)  # type: ignore[attr-defined]
    wait.__name__ = ask.__name__.removesuffix('_async')
    wait.__qualname__ = ask.__qualname__.removesuffix('_async')
    return wait
