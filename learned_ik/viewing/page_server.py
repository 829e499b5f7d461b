# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where the page is served, and to whom: what viser leaves to its user.

A browser lets any page that it shows open a web socket to any address, this machine's own among
them. So the server looks at the page's origin, and at the name by which the browser knows it.
"""

import contextlib
import http
import importlib
import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from learned_ik.checks import shortened, shortened_reason, text, whole
from learned_ik.errors import ConfigurationError
from learned_ik.viewing.controls.page_head import TitledPages

PORTS_TRIED = 1000  # from the one that is asked for on


def free_port(host: str, port: int) -> int:
    """Return the first port, from `port` on, on which this host can be served.

    viser looks for it in a thread whose end it would wait for, for ever, if there were none.

    Raises:
        ConfigurationError: the host is no address of this machine, or all ports are taken.

    """
    host = text(host, 'host', ConfigurationError)
    port = whole(port, 'port', '1 up to 65535', lambda p: 1 <= p <= 65535, ConfigurationError)
    try:
        if not host:
            raise OSError('it is empty')
        family, _, _, _, address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
        _bind(family, address)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f'host is {shortened(host)}, which cannot be served: {shortened_reason(error)}; '
            'expected an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them'
        ) from error
    last = min(port + PORTS_TRIED, 65536)
    for candidate in range(port, last):
        with contextlib.suppress(OSError):
            _bind(family, (address[0], candidate, *address[2:]))
            return candidate
    raise ConfigurationError(
        f'port is {port}, and all up to {last - 1} are taken; expected a free one'
    )


@contextlib.contextmanager
def own_pages_only(host: str, title: Callable[[], str]) -> Iterator[None]:
    """Let the server that viser starts meanwhile refuse the web sockets of other pages.

    Args:
        host: on which it is served.
        title: returns what the browser's tab is to say.

    """
    pages = TitledPages(title)
    server: Any = importlib.import_module('websockets.asyncio.server')
    serve = server.serve

    def serve_own_pages(*arguments: Any, process_request: Any, **options: Any) -> Any:
        return serve(*arguments, process_request=_guarded(process_request, host, pages), **options)

    server.serve = serve_own_pages
    try:
        yield
    finally:
        server.serve = serve


def is_own(headers: Any, host: str) -> bool:
    """Say whether a request comes from a page of this server, or from no page at all.

    Args:
        headers: of the request.
        host: on which it is served.

    """
    asked = headers.get('Host', '')
    if not _is_name_of_this_machine(urlsplit(f'//{asked}').hostname or '', host):
        return False  # some name that its owner lets lead here
    origin = headers.get('Origin')
    return origin is None or urlsplit(origin).netloc.lower() == asked.lower()


def _guarded(
    process_request: Callable[..., Any], host: str, pages: TitledPages
) -> Callable[..., Any]:
    def process(connection: Any, request: Any) -> Any:
        try:
            own = is_own(request.headers, host)
        except (
            ValueError,
            LookupError,
        ):  # headers that are no addresses, or that stand there twice
            own = False
        if not own:
            return connection.respond(
                http.HTTPStatus.FORBIDDEN, 'This is for the page of this very server alone.\n'
            )
        return pages.give(request.path, process_request(connection, request))

    return process


def _is_name_of_this_machine(name: str, host: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name)
        return True  # no name that could be made to lead elsewhere
    own = socket.gethostname().lower()
    names = {'localhost', host.lower(), own, f'{own}.local', own.partition('.')[0]}
    return name.lower() in names


def _bind(family: int, address: Any) -> None:
    """Raise OSError unless a server can listen there."""
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)
