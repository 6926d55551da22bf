"""Compiles octavo/ops/native/*.c into one plain shared library beside them. Everything else is in pyproject.toml.

Without a compiler the package installs all the same and uses its plain forms; without OpenMP, one thread.
"""

from pathlib import Path
from runpy import run_path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError, LinkError

# The maths flags let loops become vectors without giving up on NaN and infinity; the width is for AVX-512.
FLAGS = ["-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"]
WIDE = ["-mprefer-vector-width=512"]
OPENMP = ["-fopenmp"]


class BuildKernels(build_ext):
    """Knows no Python ABI: the library is opened by ctypes. Tries with all flags first, then with fewer."""

    def get_ext_filename(self, fullname: str) -> str:
        return fullname.replace(".", "/") + ".so"

    def build_extension(self, ext: Extension) -> None:
        attempts = [WIDE + OPENMP, OPENMP, []]
        for position, extra in enumerate(attempts):
            ext.extra_compile_args = FLAGS + extra
            ext.extra_link_args = [flag for flag in extra if flag in OPENMP]
            try:
                return super().build_extension(ext)
            except (CompileError, LinkError):
                if position == len(attempts) - 1:
                    raise


NATIVE = Path("octavo/ops/native")
DIGEST = run_path(str(NATIVE / "sources.py"))["digest"](NATIVE)  # by path: the package itself needs torch
KERNELS = Extension(
    "octavo.ops.native.kernels",
    sorted(map(str, NATIVE.glob("*.c"))),
    depends=sorted(map(str, NATIVE.glob("*.h"))),
    define_macros=[("SOURCES", f'"{DIGEST}"')],
    optional=True,
)

setup(ext_modules=[KERNELS], cmdclass={"build_ext": BuildKernels})
