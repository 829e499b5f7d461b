# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Rotations in numpy: quaternions x y z w (the ROS order), matrices, roll-pitch-yaw, angles.

Every function takes any number of leading dimensions. Angles are in radians.
"""

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.checks import numbers, shortened
from learned_ik.errors import InvalidInputError


def matrix_from_rpy(rpy: npt.ArrayLike) -> Array:
    """Return the rotation matrix of fixed-axis roll, pitch, yaw (the URDF's convention).

    Args:
        rpy: (3,) [rad], rotations about the fixed x, then y, then z axis.

    Returns:
        (3, 3) rotation matrix, R = Rz(yaw) Ry(pitch) Rx(roll).

    """
    (cr, cp, cy), (sr, sp, sy) = np.cos(rpy), np.sin(rpy)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def matrix_from_quaternion(quaternion: npt.ArrayLike) -> Array:
    """Return the rotation matrices of unit quaternions.

    Args:
        quaternion: (..., 4), x y z w, of unit length (see `normalized_quaternion`).

    Returns:
        (..., 3, 3) rotation matrices.

    """
    x, y, z, w = np.moveaxis(np.asarray(quaternion, dtype=np.float64), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def quaternion_from_matrix(matrix: npt.ArrayLike) -> Array:
    """Return unit quaternions x y z w, w >= 0, of rotation matrices.

    Each entry is read from the largest of the four candidates, so that no half turn loses
    precision (Shepperd's method, DOI 10.2514/3.55767b).

    Args:
        matrix: (..., 3, 3) rotation matrices.

    Returns:
        (..., 4) quaternions x y z w.

    """
    m = np.asarray(matrix, dtype=np.float64)
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    yx, zy, xz = m[..., 1, 0], m[..., 2, 1], m[..., 0, 2]
    xy, yz, zx = m[..., 0, 1], m[..., 1, 2], m[..., 2, 0]
    # Row k is the quaternion times four times its k-th entry.
    candidates = np.stack(
        [
            np.stack([1 + xx - yy - zz, xy + yx, zx + xz, zy - yz], axis=-1),
            np.stack([xy + yx, 1 - xx + yy - zz, yz + zy, xz - zx], axis=-1),
            np.stack([zx + xz, yz + zy, 1 - xx - yy + zz, yx - xy], axis=-1),
            np.stack([zy - yz, xz - zx, yx - xy, 1 + xx + yy + zz], axis=-1),
        ],
        axis=-2,
    )
    diagonal = np.stack([candidates[..., k, k] for k in range(4)], axis=-1)
    largest = np.argmax(diagonal, axis=-1)
    quaternion = np.take_along_axis(candidates, largest[..., None, None], axis=-2)[..., 0, :]
    quaternion = quaternion / np.linalg.norm(quaternion, axis=-1, keepdims=True)
    return np.where(quaternion[..., 3:] < 0, -quaternion, quaternion)


def quaternion_from_rotation_vector(vector: npt.ArrayLike) -> Array:
    """Return unit quaternions x y z w of rotation vectors (..., 3) [rad]: axis times angle."""
    v = np.asarray(vector, dtype=np.float64)
    half = 0.5 * np.linalg.norm(v, axis=-1, keepdims=True)
    # np.sinc is sin(pi x) / (pi x), and 1 at 0.
    return np.concatenate([0.5 * np.sinc(half / np.pi) * v, np.cos(half)], axis=-1)


def quaternion_product(a: npt.ArrayLike, b: npt.ArrayLike) -> Array:
    """Return quaternions (..., 4) x y z w of R_a R_b, for quaternions (..., 4) of R_a and R_b."""
    ax, ay, az, aw = np.moveaxis(np.asarray(a, dtype=np.float64), -1, 0)
    bx, by, bz, bw = np.moveaxis(np.asarray(b, dtype=np.float64), -1, 0)
    return np.stack(
        [
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ],
        axis=-1,
    )


def normalized_quaternion(quaternion: npt.ArrayLike, what: str = 'orientation') -> Array:
    """Return quaternions scaled to unit length.

    Args:
        quaternion: (..., 4), x y z w, of any length but zero.
        what: how an error names the value.

    Returns:
        (..., 4) unit quaternions.

    Raises:
        InvalidInputError: wrong shape, NaN or infinite entries, or a zero quaternion.

    """
    values = numbers(quaternion, what)
    if values.ndim == 0 or values.shape[-1] != 4:
        raise InvalidInputError(
            f'{what} has shape {values.shape}; expected (..., 4), a quaternion x y z w'
        )
    if not np.isfinite(values).all():
        raise InvalidInputError(f'{what} {shortened(values.tolist())} is not finite')
    largest = np.abs(values).max(axis=-1, keepdims=True, initial=0.0)
    values = np.where(largest > 1e150, values / np.maximum(largest, 1.0), values)
    length = np.linalg.norm(values, axis=-1, keepdims=True)
    if (length <= 1e-6).any():
        raise InvalidInputError(
            f'{what} contains a quaternion of length zero; expected x y z w of unit length, '
            'for instance 0 0 0 1'
        )
    return values / length


def rotation_angle(a: npt.ArrayLike, b: npt.ArrayLike) -> Array:
    """Return the angle of the rotation between two orientations (paper, section II-D).

    It is the angle of the axis-angle form of R_a R_b⁻¹. Exact for tiny and for straight angles.

    Args:
        a: (..., 3, 3) rotation matrices.
        b: (..., 3, 3) rotation matrices.

    Returns:
        (...) [rad], 0 to pi.

    """
    difference = np.asarray(a) @ np.swapaxes(np.asarray(b), -1, -2)
    skew = np.stack(
        [
            difference[..., 2, 1] - difference[..., 1, 2],
            difference[..., 0, 2] - difference[..., 2, 0],
            difference[..., 1, 0] - difference[..., 0, 1],
        ],
        axis=-1,
    )
    trace = np.trace(difference, axis1=-2, axis2=-1)
    return np.arctan2(np.linalg.norm(skew, axis=-1), trace - 1.0)


def chordal_angle(a: npt.ArrayLike, b: npt.ArrayLike) -> Array:
    """Return the angle between rotations as `rotation_angle` does, from how far they are apart.

    Several times as quick, and good to 1e-8 near 0 and pi.

    Args:
        a: (..., 9) rotation matrices, row by row.
        b: (..., 9), likewise.

    Returns:
        (...) [rad], 0 to pi.

    """
    apart = np.linalg.norm(np.asarray(a) - np.asarray(b), axis=-1)  # 2 sqrt(2) sin(angle / 2)
    return 2 * np.arcsin(np.minimum(apart / np.sqrt(8), 1.0))


def rotation_to_axis(axis: npt.ArrayLike) -> Array:
    """Return a rotation that turns the z axis into `axis`.

    It is the smallest one where the axis points up or sideways. Near -z, where the smallest one
    is ill-conditioned, half a turn about x comes first.

    Args:
        axis: (3,) unit vector.

    Returns:
        (3, 3) rotation matrix R with R [0, 0, 1] = axis.

    """
    x, y, z = np.asarray(axis, dtype=np.float64)
    if z < -0.5:
        return np.diag([1.0, -1.0, -1.0]) @ rotation_to_axis([x, -y, -z])
    k = 1 / (1 + z)
    return np.array([[1 - k * x * x, -k * x * y, x], [-k * x * y, 1 - k * y * y, y], [-x, -y, z]])


def transform(rotation: npt.ArrayLike, translation: npt.ArrayLike) -> Array:
    """Return the (4, 4) homogeneous transform of a rotation (3, 3) and a translation (3,) [m]."""
    T = np.eye(4)
    T[:3, :3] = rotation
    T[:3, 3] = translation
    return T


def inverse_transform(T: npt.ArrayLike) -> Array:
    """Return the inverse of a (4, 4) rigid transform, exactly orthogonal as the given one."""
    T = np.asarray(T, dtype=np.float64)
    return transform(T[:3, :3].T, -T[:3, :3].T @ T[:3, 3])
