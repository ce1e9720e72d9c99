"""Odoo 19 from Debian's package: downloaded and extracted into the cache folder.

No root and no change to the system: apt gets its own source list, state and caches. The machine's
own mirror is used, and the archive's signature is verified with the machine's keyring.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .cache_folder import remove_tree, subfolder
from .command import output_of, run_logged
from .console import step
from .failure import PlatformError

PACKAGE = "odoo-19"
# Odoo's fonts and scripts are relative links into these packages. Two must come from Debian 12,
# later ones moved their files; the others may come from any suite.
COMPANION_SUITE = "bookworm"
COMPANIONS = (
    f"fonts-font-awesome/{COMPANION_SUITE}",
    f"fonts-inconsolata/{COMPANION_SUITE}",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
# Debian strips this minified file; without an empty one the back end logs an error in the browser.
STRIPPED_FILE = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
PACKAGES_FOLDER = "usr/lib/python3/dist-packages"


def debian_odoo() -> tuple[Path, str]:
    """The folder that holds the package `odoo`, and Debian's version of it.

    Raises PlatformError in one sentence where Debian's package cannot be had.
    """
    prefix = subfolder("odoo-debian")
    version_file = prefix / "version"
    if not version_file.exists():
        _fetch(prefix, version_file)
    return prefix / "root" / PACKAGES_FOLDER, version_file.read_text(encoding="utf-8").strip()


def mirror_of(index_targets: str) -> str | None:
    """The main archive's address in the output of `apt-get indextargets`.

    Each line is `site|release|component`; security, updates and backports are other archives.
    """
    for line in index_targets.splitlines():
        site, _, rest = line.partition("|")
        release, _, component = rest.partition("|")
        if component == "main" and release and "-" not in release and "security" not in site:
            return site.rstrip("/")
    return None


def source_list(mirror: str, keyring: str) -> str:
    """The private source list: the suite with Odoo and the suite with its companions."""
    return "".join(
        f"deb [signed-by={keyring}] {mirror} {suite} main\n" for suite in ("sid", COMPANION_SUITE)
    )


def dangling_links(root: Path) -> list[Path]:
    """Every link below `root` that leads nowhere."""
    found = []
    for folder, names, files in os.walk(root):
        for name in names + files:
            path = Path(folder, name)
            if path.is_symlink() and not path.exists():
                found.append(path)
    return found


def _is_debian() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "\nID=debian" in "\n" + release.read_text(encoding="utf-8")


def _requirements() -> tuple[str, str]:
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            raise PlatformError(f"this system has no {program}")
    if not _is_debian():
        raise PlatformError("this system is not Debian")
    keyring = next((path for path in KEYRINGS if Path(path).exists()), None)
    if keyring is None:
        raise PlatformError("Debian's archive keyring is missing (package debian-archive-keyring)")
    targets = output_of(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(SITE)|$(RELEASE)|$(COMPONENT)",
            "Created-By: Packages",
        ]
    )
    mirror = mirror_of(targets or "")
    if mirror is None:
        raise PlatformError("apt names no mirror of Debian's main archive")
    return mirror, keyring


def _apt_options(folder: Path) -> list[str]:
    state, cache = folder / "lists", folder / "cache"
    (state / "partial").mkdir(parents=True, exist_ok=True)
    (cache / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::Lists": state,
        "Dir::Cache": cache,
        "Dir::Cache::pkgcache": cache / "pkgcache.bin",
        "Dir::Cache::srcpkgcache": cache / "srcpkgcache.bin",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
    }
    options: list[str] = []
    for name, value in settings.items():
        options += ["-o", f"{name}={value}"]
    return options


def download_packages(prefix: Path, names: list[str], what: str, log: Path) -> Path:
    """Download archives into a folder below `prefix`, with a package list of our own.

    `names` may name a suite (`name/suite`). The caller removes `prefix / "downloads"` and
    `prefix / "apt"`. Raises PlatformError in one sentence where that is not possible.
    """
    mirror, keyring = _requirements()
    apt_folder = prefix / "apt"
    apt_folder.mkdir(parents=True, exist_ok=True)
    (apt_folder / "sources.list").write_text(source_list(mirror, keyring), encoding="utf-8")
    options = _apt_options(apt_folder)
    downloads = prefix / "downloads"
    downloads.mkdir(exist_ok=True)
    with step("reading Debian's package list") as running:
        run_logged(
            ["apt-get", *options, "update"], log, running=running, what="Reading the package list"
        )
    with step(f"downloading {what} from Debian") as running:
        run_logged(
            ["apt-get", *options, "download", *names],
            log,
            running=running,
            folder=downloads,
            what="Downloading Debian's package",
        )
    return downloads


def _fetch(prefix: Path, version_file: Path) -> None:
    log = subfolder("logs") / "odoo-debian.log"
    downloads = download_packages(prefix, [f"{PACKAGE}/sid", *COMPANIONS], "Odoo 19", log)
    root = prefix / "root"
    if root.exists():
        remove_tree(root)
    with step("extracting Odoo 19") as running:
        for archive in sorted(downloads.glob("*.deb")):
            running.note(archive.name)
            run_logged(["dpkg-deb", "-x", str(archive), str(root)], log)
    stripped = root / PACKAGES_FOLDER / "odoo" / STRIPPED_FILE
    if not stripped.exists():
        stripped.parent.mkdir(parents=True, exist_ok=True)
        stripped.touch()
    _check_links(root)
    version = _version_of(downloads)
    remove_tree(downloads)
    remove_tree(prefix / "apt")
    version_file.write_text(version + "\n", encoding="utf-8")


def _check_links(root: Path) -> None:
    dangling = dangling_links(root / PACKAGES_FOLDER)
    if dangling:
        raise PlatformError(
            f"Debian's Odoo package has {len(dangling)} links that lead nowhere, the first is "
            f"{dangling[0]}: its companion packages have changed"
        )


def _version_of(downloads: Path) -> str:
    archive = next(downloads.glob(f"{PACKAGE}_*.deb"))
    result = subprocess.run(
        ["dpkg-deb", "-f", str(archive), "Version"], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()
