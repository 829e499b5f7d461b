# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How learned_ik is installed, by pip and by colcon (ament_python).

The kernels are compiled on the way, where numba and a C compiler are at hand. Where they are not,
the package is installed without: it says so, and numba has to compile at runtime. With
`LEARNED_IK_KERNELS=native` that is an error instead.
"""

import os
import sys
from glob import glob
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

from distutils.command.install_data import install_data  # isort: skip  (setuptools brings it)

sys.path.insert(0, str(Path.cwd()))  # the package itself builds its kernels

package_name = 'learned_ik'
STABLE_ABI = (3, 11)  # the first Python whose stable ABI has all that the extension needs


class BuildKernels(build_ext):
    """Builds the library and the module beside the package, where `build-native` leaves them."""

    def build_extension(self, extension: Extension) -> None:
        """Build both, unless they are there and of these kernels, and put the module in place."""
        from learned_ik.errors import KernelsError
        from learned_ik.native.build import HERE, build, module_name

        try:
            build(say=lambda line: print(line, file=sys.stderr))
        except KernelsError as error:
            if os.environ.get('LEARNED_IK_KERNELS') == 'native':
                raise
            print(f'warning: the kernels are not compiled: {error}', file=sys.stderr)
            return
        place = Path(self.get_ext_fullpath(extension.name))
        place.parent.mkdir(parents=True, exist_ok=True)
        self.copy_file(str(HERE / module_name()), str(place))


class InstallLibrary(install_data):
    """Installs the library for C and C++ too, where it was built."""

    def run(self) -> None:
        """Add it to what is installed: when this file is read, it is not there yet."""
        library = f'{package_name}/native/liblearned_ik.so'
        if Path(library).is_file():
            self.data_files.append(('lib', [library]))
        super().run()


stable = {'bdist_wheel': {'py_limited_api': 'cp311'}} if sys.version_info >= STABLE_ABI else {}

setup(
    name=package_name,
    version='0.1.0',
    description='Inverse kinematics of robot arms: exact in microseconds, for Python, C++, ROS 2',
    long_description=Path('README.md').read_text() if Path('README.md').is_file() else '',
    long_description_content_type='text/markdown',
    author='The learned_ik authors',
    maintainer='The learned_ik authors',
    maintainer_email='dev@example.org',
    license='Apache-2.0',
    keywords=['robotics', 'inverse kinematics', 'ros2', 'motion planning', 'manipulation'],
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Developers',
        'Intended Audience :: Science/Research',
        'License :: OSI Approved :: Apache Software License',
        'Operating System :: POSIX :: Linux',
        'Programming Language :: C++',
        *(f'Programming Language :: Python :: 3.{minor}' for minor in range(10, 15)),
        'Topic :: Scientific/Engineering',
    ],
    packages=find_packages(include=[package_name, package_name + '.*']),
    package_data={package_name: ['py.typed'], f'{package_name}.native': ['*.c']},
    ext_modules=[
        Extension(
            f'{package_name}.native.compiled',
            sources=[],
            py_limited_api=sys.version_info >= STABLE_ABI,
            optional=True,
        )
    ],
    cmdclass={'build_ext': BuildKernels, 'install_data': InstallLibrary},
    options=stable,
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/' + package_name]),
        ('lib/' + package_name, glob('ros2_run/*')),
        # here where pip builds, beside a link to this file in ros_package/ where colcon does
        ('share/' + package_name, glob('package.xml') or ['ros_package/package.xml']),
        ('share/' + package_name + '/launch', glob('launch/*.py')),
        ('share/' + package_name + '/config', glob('config/*.*')),
        ('share/' + package_name + '/config/moveit', glob('config/moveit/*')),
        ('share/' + package_name + '/models', glob('models/*')),
        # for C++
        ('include/' + package_name, glob('include/learned_ik/*')),
        ('share/' + package_name + '/cmake', glob('cmake/*.cmake')),
        ('lib/pkgconfig', glob('cmake/*.pc')),
    ],
    python_requires='>=3.10',
    # Serving only: a robot that answers requests needs no torch, and with its kernels compiled
    # ahead of time no numba.
    install_requires=['PyYAML', 'lxml', 'numpy'],
    extras_require={
        'benchmark': [
            'eaik',
            'example-robot-data',
            'matplotlib',
            'optik-py',
            'pin',
            'pytracik',
            'roboticstoolbox-python',
            'ssik[urdf]',
        ],
        'build': ['numba>=0.58'],
        'export': ['onnx'],
        'ros': ['ros-rclpy', 'ros-rmw-fastrtps-cpp'],
        'test': ['example-robot-data', 'hypothesis', 'pin', 'pytest', 'ruff'],
        'train': [
            'jinja2',
            'joblib',
            'matplotlib',
            'pycollada',
            'rich',
            'torch',
            'trimesh',
            'tyro',
        ],
        'view': ['viser', 'yourdfpy'],
    },
    zip_safe=False,
    # One program; what `ros2 run learned_ik` looks for calls it with a command: see `ros2_run/`.
    entry_points={'console_scripts': ['learned_ik = learned_ik.cli:main']},
)
