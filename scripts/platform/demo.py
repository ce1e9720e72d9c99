"""The demo: a running Odoo with demo data, and the sample sign-ups brought in over XML-RPC."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .browser import offer_pdf_printer
from .cache_folder import CHECKOUT, cache_root, exclusive, subfolder
from .console import say, step
from .failure import PlatformError
from .odoo_server import OdooServer, free_port, run_in_shell
from .prepared import Platform, ready_platform
from .template_database import clone, drop, exists, prepared_template

DEMO_DATABASE = "sharing_demo"
PREFERRED_PORT = 8069
MAILBOX = CHECKOUT / "scripts" / "scn_sync" / "sample" / "sample.mbox"
BOT = "scn_partner.demo_user_sync_bot"
KEY_DAYS = 90
WRONG_KEY = 4  # scn-sync's exit code


@dataclass(frozen=True)
class Persona:
    """Someone who can log in to the demo: the password is the log-in."""

    role: str
    name: str
    login: str


def demo(options: list[str]) -> int:
    """Run the demo until Ctrl-C; with `--once` stop after the sync."""
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--once", action="store_true", help="stop after the sync")
    parser.add_argument("--port", type=int, default=PREFERRED_PORT)
    parser.add_argument("--database", default=DEMO_DATABASE)
    chosen = parser.parse_args(options)
    offer_pdf_printer()
    with running_demo(chosen.port, chosen.database) as server:
        _print_welcome(server)
        if chosen.once:
            return 0
        say("  Ctrl-C stops everything.")
        try:
            code = server.wait()
        except KeyboardInterrupt:
            return 0
    raise PlatformError(f"Odoo ended by itself (exit code {code}); its log: {server.log_path}")


@contextmanager
def running_demo(port: int = PREFERRED_PORT, database: str = DEMO_DATABASE) -> Iterator[OdooServer]:
    """The demo's server, with the sample mailbox in its inbox, for as long as the block lasts."""
    with (
        exclusive(database, otherwise="A demo is already running here: stop it with Ctrl-C first."),
        ready_platform() as platform,
    ):
        say(f"· Odoo {platform.odoo.version}; {platform.postgres.version}")
        prepare_database(platform, database)
        log = cache_root() / "logs" / f"{database}.log"
        log.unlink(missing_ok=True)
        server = OdooServer(platform, database, log, port=free_port(port), cron_threads=1)
        try:
            with step("starting Odoo"):
                server.start()
            sync_sample(server)
            yield server
        finally:
            with step("stopping Odoo"):
                server.stop()


def prepare_database(platform: Platform, database: str) -> None:
    """The demo database as the addons are now; it is made anew when they changed."""
    template = prepared_template(platform)
    made_from = demo_folder(database) / "template"
    before = made_from.read_text(encoding="utf-8") if made_from.exists() else ""
    there = exists(platform, database)
    if there and before == template:
        say("✓ the demo database of the last time is used again")
        return
    if there:
        say("· the addons or Odoo changed since the last time: the demo database is made anew")
    made_from.unlink(missing_ok=True)
    _key_file(database).unlink(missing_ok=True)
    with step("making the demo database"):
        drop(platform, database)
        clone(platform, template, database)
    made_from.write_text(template, encoding="utf-8")


def sync_sample(server: OdooServer) -> None:
    """Bring the sample mailbox into the inbox, as the nightly job does; prints its table."""
    with step("getting the sync bot's key"):
        key, login = bot_key(server)
    code, result = run_sync(server, login, key)
    if code == WRONG_KEY:
        # it ended, or the database was replaced
        _key_file(server.database).unlink(missing_ok=True)
        key, login = bot_key(server)
        code, result = run_sync(server, login, key)
    if code or result is None:
        raise PlatformError(
            f"scn-sync ended with exit code {code}; Odoo's log is {server.log_path}"
        )
    say(f"✓ {result['read']} messages read, {result['writes']} sign-ups written")


def run_sync(server: OdooServer, login: str, key: str) -> tuple[int, dict[str, object] | None]:
    """Run `scn-sync import` on the sample mailbox; its exit code and its JSON result."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SCN_SYNC_", "PYTHON"))
    }
    environment |= {
        "SCN_SYNC_URL": server.url,
        "SCN_SYNC_DATABASE": server.database,
        "SCN_SYNC_LOGIN": login,
        "SCN_SYNC_API_KEY": key,
        # a configuration of the user must not lead the demo to another server
        "XDG_CONFIG_HOME": str(demo_folder(server.database)),
        # and its journal lies beside the demo, not in the user's home
        "XDG_STATE_HOME": str(demo_folder(server.database)),
    }
    command = [str(Path(sys.executable).parent / "scn-sync"), "import", "--json", str(MAILBOX)]
    result = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if result.returncode or not result.stdout.strip():
        return result.returncode, None
    return 0, dict(json.loads(result.stdout))


def bot_key(server: OdooServer) -> tuple[str, str]:
    """The sync bot's API key and log-in; the key is kept in a file only we can read."""
    file = _key_file(server.database)
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
        return kept["key"], kept["login"]
    answer = run_in_shell(
        server.platform,
        server.database,
        "from datetime import timedelta\n"
        "from odoo import fields\n"
        f"bot = env.ref({BOT!r}, raise_if_not_found=False)\n"
        "if bot:\n"
        f"    expiry = fields.Datetime.now() + timedelta(days={KEY_DAYS})\n"
        "    keys = env['res.users.apikeys'].with_user(bot).sudo()\n"
        "    key = keys._generate('rpc', 'make demo', expiry)\n"
        "    env.cr.commit()\n"
        "    answer = {'key': key, 'login': bot.login}\n",
    )
    if answer is None:
        raise PlatformError(f"The demo data holds no sync bot ({BOT}).")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        json.dump(answer, output)
    return answer["key"], answer["login"]


def personas(platform: Platform, database: str) -> list[Persona]:
    """The demo's people, from the users `demo_user_…` of our demo data, and the administrator."""
    with (
        contextlib.closing(platform.postgres.connect(database)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(
            """
            SELECT replace(substr(data.name, length('demo_user_') + 1), '_', ' '),
                   partner.name, users.login
              FROM ir_model_data data
              JOIN res_users users ON users.id = data.res_id AND users.active
              JOIN res_partner partner ON partner.id = users.partner_id
             WHERE data.model = 'res.users'
               AND data.module LIKE 'scn\\_%%'
               AND data.name LIKE 'demo\\_user\\_%%'
               AND data.module || '.' || data.name != %s
             ORDER BY users.id
            """,
            (BOT,),
        )
        found = [Persona(*row) for row in cursor.fetchall()]
    return [*found, Persona("administrator", "Administrator", "admin")]


def demo_folder(database: str) -> Path:
    """What is kept of a demo beside its database; only we may look into it."""
    folder = subfolder("demo", database)
    folder.chmod(0o700)
    return folder


def _key_file(database: str) -> Path:
    return demo_folder(database) / "sync-bot-key.json"


def _print_welcome(server: OdooServer) -> None:
    people = personas(server.platform, server.database)
    width = max(len(person.role) for person in people)
    names = max(len(person.name) for person in people)
    print(f"\n  Odoo {server.platform.odoo.version}\n  {server.url}/odoo\n")
    print(f"  {'who'.ljust(width)}  {'name'.ljust(names)}  log-in and password")
    for person in people:
        print(f"  {person.role.ljust(width)}  {person.name.ljust(names)}  {person.login}")
    print(flush=True)
