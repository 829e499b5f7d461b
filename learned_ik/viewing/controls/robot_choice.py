# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`RobotChoice`: another robot, by name or by file."""

import html
from typing import Any

from learned_ik.viewing.answer_text import BOX, NEUTRAL
from learned_ik.viewing.controls.asked import Asked

HINT = 'A URDF is solved without a network; a model file brings its network.'


class RobotChoice:
    """Robots that come with the package, and a button for a file."""

    def __init__(self, gui: Any, asked: Asked, names: list[str], name: str) -> None:
        """Add them; asked for are 'robot' and 'file'.

        Args:
            gui: of viser.
            asked: takes what users ask for.
            names: of the robots that there are.
            name: of the one that is shown.

        """
        options = names if name in names else [name, *names]
        self._choice = gui.add_dropdown('Robot', options, initial_value=name)
        self._choice.on_update(asked.by('robot'))
        self._base = gui.add_text('Base link', '', hint='of a URDF; empty: the root of the tree')
        self._tip = gui.add_text('Tip link', '', hint='of a URDF; empty: the only leaf')
        self._file = gui.add_upload_button('Open a URDF or a model file')
        self._file.on_upload(asked.by('file'))
        self._said = gui.add_html('')
        self.say(HINT)

    @property
    def name(self) -> str:
        """Of the robot that is chosen."""
        return str(self._choice.value)

    @property
    def links(self) -> tuple[str | None, str | None]:
        """Base and tip, of a URDF; None where none is given."""
        return self._base.value.strip() or None, self._tip.value.strip() or None

    @property
    def file(self) -> tuple[str, bytes]:
        """Name and content of the file that somebody opened."""
        return self._file.value.name, self._file.value.content

    def refuse(self, reason: str, name: str) -> None:
        """Say why a robot is not taken, and choose again the one that is shown."""
        self._choice.value = name
        self.say(f'Not taken: {reason}', '#CC0000')

    def say(self, text: str, colour: str = NEUTRAL) -> None:
        """Show a text."""
        self._said.content = (
            f'<div style="{BOX} color: {colour}; min-height: 4.1em">{html.escape(text)}</div>'
        )
