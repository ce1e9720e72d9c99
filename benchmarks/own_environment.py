"""Makes a benchmark run in the platform's Python environment, whoever starts it."""

from __future__ import annotations

import os
import subprocess
import sys

from scripts.platform import environment
from scripts.platform.cache_folder import cache_root


def enter_environment(module: str) -> None:
    """Go on in the platform's environment, made ready when it is missing.

    :param module: the module that was started with `python3 -m`
    """
    if environment.INSIDE not in os.environ:
        key = environment.environment_key(environment.suitable_python())
        python = cache_root() / "environments" / key / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "scripts.platform", "prepare"], check=True)
        variables = {**os.environ, environment.INSIDE: key, environment.STARTED_BY: sys.executable}
        os.execve(python, [str(python), "-m", module, *sys.argv[1:]], variables)
    environment.enter()
