# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`view`: the arm in a browser, with a target to drag."""

import dataclasses
import logging
import time
from pathlib import Path
from typing import Any

from learned_ik.commands.arguments import flag, option, positional
from learned_ik.commands.result import Result
from learned_ik.errors import ConfigurationError

logger = logging.getLogger('learned_ik.viewing')

FIRST = 'panda'  # the robot that is shown where none is named


@dataclasses.dataclass(frozen=True)
class View:
    """Look at an arm in the browser: drag its target, move its joints, put spheres in its way.

    Ctrl-C ends it. Needs viser and yourdfpy: pip install 'learned_ik[view]'.
    """

    model: Path | None = positional(
        'model file, or the name of a robot that comes with the package', None
    )
    urdf: Path | None = option(
        'URDF file of an arm, in place of a model; beside one, what draws its robot: default is '
        'the one that comes with the package for that arm, else a line through the joints',
        None,
    )
    base: str | None = option('link where the arm of --urdf begins; default: the root', None)
    tip: str | None = option('link where it ends; default: the only leaf', None)
    host: str = option(
        'address to serve on; 0.0.0.0: to every machine of the network', '127.0.0.1'
    )
    port: int = option('port to serve on; the next free one where it is taken', 8080)
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Serve the page until Ctrl-C."""
        _check_address(self.host, self.port)  # before some robots take seconds to get ready
        logging.getLogger('websockets').setLevel(logging.WARNING)
        logger.info('making the solver ready')
        viewed = self._robot()
        page_type, period = _imported_page()
        page = page_type(viewed, self.host, self.port)
        try:
            logger.info('open %s in a browser; Ctrl-C ends it', page.address)
            while True:
                page.step()
                time.sleep(period)
        except KeyboardInterrupt:
            return Result({'robot': viewed.name, 'address': page.address}, 'closed')
        finally:
            page.close()

    def _robot(self) -> Any:
        """Return what is looked at first: of the model, else of the URDF, else `FIRST`."""
        from learned_ik.viewing.viewed_robot import (
            names,
            robot_named,
            robot_of_model,
            robot_of_urdf,
        )

        if self.model is None and self.urdf is not None:
            return robot_of_urdf(self.urdf, self.base, self.tip)
        if self.base is not None or self.tip is not None:
            raise ConfigurationError(
                '--base and --tip name links of --urdf without a model; a model has its own'
            )
        name = FIRST if self.model is None else str(self.model)
        if self.urdf is None and name in names() and not Path(name).exists():
            return robot_named(name)
        return robot_of_model(Path(name), self.urdf)


def _check_address(host: str, port: int) -> None:
    from learned_ik.viewing.page_server import free_port

    free_port(host, port)


def _imported_page() -> tuple[Any, float]:
    try:
        import viser  # noqa: F401
        import yourdfpy  # noqa: F401
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"view needs {error.name}, which is not installed: pip install 'learned_ik[view]', "
            'or pip install viser yourdfpy'
        ) from error
    from learned_ik.viewing.page import PERIOD, Page

    return Page, PERIOD
