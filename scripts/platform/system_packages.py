"""Programs that come from the system: installed through apt as root or with sudo, or named."""

from __future__ import annotations

import os
import shutil

from .cache_folder import cache_root, exclusive
from .command import as_administrator, output_of, run_logged
from .console import step
from .failure import PlatformError


def install(packages: list[str], purpose: str) -> None:
    """Install Debian packages through apt.

    Raises PlatformError, one sentence with the one command to run, where that is not possible.
    """
    by_hand = "apt-get install --no-install-recommends " + " ".join(packages)
    if shutil.which("apt-get") is None:
        raise PlatformError(
            f"{purpose} is missing and this system has no apt: install the equivalent of "
            f"“{by_hand}”."
        )
    prefix = as_administrator()
    if prefix is None:
        raise PlatformError(f"{purpose} is missing: run “sudo {by_hand}”.")
    log = cache_root() / "logs" / "apt.log"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    with exclusive("apt"), step(f"installing {', '.join(packages)} through apt") as running:
        if not _all_known(packages):
            run_logged(
                [*prefix, "apt-get", "update"], log, running=running, environment=environment
            )
        run_logged(
            [
                *prefix,
                "apt-get",
                "-o",
                "DPkg::Lock::Timeout=300",
                "install",
                "-y",
                "--no-install-recommends",
                *packages,
            ],
            log,
            running=running,
            environment=environment,
            what=f"“{by_hand}”",
        )


def _all_known(packages: list[str]) -> bool:
    policy = output_of(["apt-cache", "policy", *packages]) or ""
    return policy.count("Candidate: ") - policy.count("Candidate: (none)") == len(packages)
