# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From a `Report` to a message on `/diagnostics`."""

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from learned_ik.serving.status.health import Report
from learned_ik.serving.status.wording import one_line


def diagnostic_array(report: Report, node: str, stamp: Time) -> DiagnosticArray:
    """Return a message with one status; `node` is the node's fully qualified name."""
    status = DiagnosticStatus(
        level=bytes([report.level]),
        name=f'{node.lstrip("/")}: inverse kinematics',
        message=one_line(report.message),
        values=[KeyValue(key=key, value=one_line(value)) for key, value in report.values.items()],
    )
    message = DiagnosticArray(status=[status])
    message.header.stamp = stamp
    return message
