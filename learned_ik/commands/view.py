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
from learned_ik.errors import ConfigurationError, RobotMismatchError
from learned_ik.model import IkModel
from learned_ik.resources import shipped_files
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.named import RobotConfig, body_from_file, chain_from_file

logger = logging.getLogger('learned_ik.viewing')


@dataclasses.dataclass(frozen=True)
class View:
    """Look at an arm in the browser: drag its target, slide along its redundancy, add spheres.

    Ctrl-C ends it. Needs viser and yourdfpy: pip install 'learned_ik[view]'.
    """

    model: Path = positional('model file')
    urdf: Path | None = option(
        'URDF file of the robot, to be drawn; default: the one that comes with the package if the '
        'model is for that robot, else a line through the joints',
        None,
    )
    host: str = option(
        'address to serve on; 0.0.0.0: to every machine of the network', '127.0.0.1'
    )
    port: int = option('port to serve on; the next free one where it is taken', 8080)
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Serve the page until Ctrl-C."""
        model = IkModel.load(self.model)
        urdf = self.urdf or shipped_urdf(model.chain)
        if self.urdf is not None:
            check_fits(model, self.urdf)
        page_type, period = _imported_page()
        _check_address(self.host, self.port)  # before minutes of getting ready
        logging.getLogger('websockets').setLevel(logging.WARNING)
        logger.info('making the solver ready')
        page = page_type(_session(model, urdf), urdf, self.host, self.port)
        try:
            logger.info('open %s in a browser; Ctrl-C ends it', page.address)
            while True:
                page.step()
                time.sleep(period)
        except KeyboardInterrupt:
            return Result({'model': str(self.model), 'address': page.address}, 'closed')
        finally:
            page.close()


def shipped_urdf(chain: KinematicChain) -> Path | None:
    """Return the URDF of the robot that comes with the package and has this chain, if any."""
    for file in shipped_files('config', '.yaml'):
        robot = RobotConfig.named(file.stem)
        if robot.chain().fingerprint == chain.fingerprint:
            return robot.urdf
    return None


def check_fits(model: IkModel, urdf: Path) -> None:
    """Raise `RobotMismatchError` unless the model is for the robot of a URDF file."""
    robot = chain_from_file(urdf, model.chain.base_link, model.chain.tip_link)
    difference = model.chain.difference_from(robot)
    if difference is not None:
        raise RobotMismatchError(
            f"model '{model.name}' was trained for another robot than that of '{urdf}': "
            f'{difference}'
        )


def _check_address(host: str, port: int) -> None:
    from learned_ik.viewing.page_server import free_port

    free_port(host, port)


def _session(model: IkModel, urdf: Path | None) -> Any:
    from learned_ik.solving.solver import IkSolver
    from learned_ik.viewing.session import Session

    body = None if urdf is None else body_from_file(urdf, model.chain)
    solver = IkSolver(model, body=body)
    solver.warm_up()
    session = Session(solver)
    session.spiral()  # so that the first one makes no one wait for what paths need
    return session


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
