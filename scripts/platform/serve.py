"""A development server: the addons as they are now, on a database that stays until --fresh."""

from __future__ import annotations

import argparse

from .cache_folder import cache_root
from .console import say, step
from .odoo_server import OdooServer, free_port
from .prepared import ready_platform
from .template_database import clone, drop, exists, prepared_template

DEVELOPMENT_DATABASE = "sharing_development"


def serve(options: list[str]) -> int:
    """Serve the development database until Ctrl-C; `--fresh` makes it anew from the template."""
    parser = argparse.ArgumentParser(prog="serve")
    parser.add_argument("--fresh", action="store_true", help="begin with a fresh database")
    parser.add_argument("--port", type=int, default=8069)
    chosen = parser.parse_args(options)
    with ready_platform() as platform:
        if chosen.fresh or not exists(platform, DEVELOPMENT_DATABASE):
            template = prepared_template(platform)
            with step("making the development database"):
                drop(platform, DEVELOPMENT_DATABASE)
                clone(platform, template, DEVELOPMENT_DATABASE)
        log = cache_root() / "logs" / "development.log"
        server = OdooServer(
            platform,
            DEVELOPMENT_DATABASE,
            log,
            port=free_port(chosen.port),
            cron_threads=1,
            options=("--dev=xml,qweb",),
        )
        try:
            with step("starting Odoo"):
                server.start()
            say(f"{server.url}  database {DEVELOPMENT_DATABASE}, log {log}; Ctrl-C stops it")
            return server.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            with step("stopping Odoo"):
                server.stop()


def prepare() -> int:
    """Get ready what demo and test need: Odoo, PostgreSQL, the template."""
    with ready_platform() as platform:
        say(f"✓ Odoo {platform.odoo.version}; {platform.postgres.version}")
        say(f"✓ template {prepared_template(platform)}")
    return 0
