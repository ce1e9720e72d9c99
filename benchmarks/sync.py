"""How fast sign-ups come into the inbox, beside the tools that one would take otherwise.

python3 -m benchmarks.sync            # 200, 2,000 and 10,000 sign-ups, 2,000 accepted
python3 -m benchmarks.sync --quick    # 200 and 2,000 sign-ups, 500 accepted
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scripts.platform.cache_folder import CHECKOUT, subfolder

from .own_environment import enter_environment
from .sync_targets import BULK_PEER, ONE_BY_ONE, TRANSPORTS, Measured, target_lines

#: Sizes, how many are accepted, and how many the tools that take one at a time do: their rate does not depend on it.
FULL = (200, 2_000, 10_000), 2_000, 500
QUICK = (200, 2_000), 500, 100
PEOPLE_PER_CITY = 10
UNKNOWN_CITIES = 0.1
SEED = 20191119
HOUR = 3600
#: Odoo's own line for a request: … "POST /jsonrpc HTTP/1.1" 200 - queries query-seconds other-seconds
_REQUEST = re.compile(r'"POST /\S* HTTP/1\.\d" 200 - (\d+) [\d.]+ [\d.]+')
HEADING = (
    "sign-ups  contender            run        records/s  calls/rec  queries/rec  client CPU s  server CPU s"
    "  memory MB"
)
ROW = (
    "{size:>8}  {contender:<19}  {run:<9}  {rate:>9.1f}  {calls:>9.3f}  {queries:>11.2f}  "
    "{client_cpu:>12.2f}  {server_cpu:>12.2f}  {memory:>9.0f}"
)


def main() -> int:
    """Measure on a clone of the template database and print a table and the targets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, a few minutes")
    parser.add_argument("--sizes", type=int, nargs="+", help="sizes of your own")
    parser.add_argument("--only", help="only contenders whose name contains this")
    options = parser.parse_args()
    enter_environment("benchmarks.sync")
    # what follows needs the packages of the environment
    from scripts.platform.prepared import ready_platform
    from scripts.platform.template_database import prepared_template

    sizes, accepted, one_by_one = QUICK if options.quick else FULL
    sizes = tuple(options.sizes or sizes)
    parsing = parsing_rate()
    print(f"parsing alone: {parsing:,.0f} messages a second on one core", flush=True)
    peers = install_peers()
    with ready_platform() as platform:
        template = prepared_template(platform)
        print(HEADING, flush=True)
        results: list[Measured] = []
        only = options.only or ""
        for size in sizes:
            with Bench(platform, template, peers, size) as bench:
                if size == sizes[0]:
                    results += bench.one_by_one(only, one_by_one)
                results += bench.contenders(only)
        # one in ten is of an unknown city and waits for a person
        with Bench(platform, template, peers, (accepted + one_by_one) * 5 // 4) as bench:
            results += bench.acceptance(only, accepted, one_by_one)
    print("\n".join(target_lines(results, parsing)))
    return 0


def install_peers() -> Path:
    """The folder with the peers' packages, installed when missing or when another version is asked for."""
    requirements = CHECKOUT / "benchmarks" / "sync-requirements.txt"
    folder = subfolder("benchmark-peers")
    mark = folder / "requirements"
    if not mark.exists() or mark.read_text() != requirements.read_text():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--no-input", "--quiet", "--upgrade", "--target",
             str(folder), "-r", str(requirements)],
            check=True,
        )  # fmt: skip
        mark.write_text(requirements.read_text())
    return folder


def parsing_rate() -> float:
    """Messages of the sample mailbox that are read in a second, without a server."""
    sys.path.append(str(CHECKOUT / "scripts"))
    from scn_sync import sample
    from scn_sync.reading import read_message
    from scn_sync.sources import open_source

    messages = list(open_source(Path(sample.__file__).parent / "sample.mbox"))
    for message in messages:
        read_message(message)  # tables of countries and number plans are loaded once
    started, number = time.process_time(), 0
    while time.process_time() - started < 3:
        for message in messages:
            read_message(message)
        number += len(messages)
    return number / (time.process_time() - started)


class Bench:
    """One server on a fresh database, with cities, and sign-ups of one size."""

    def __init__(self, platform: Any, template: str, peers: Path, size: int) -> None:
        self.platform = platform
        self.template = template
        self.peers = peers
        self.size = size

    def __enter__(self) -> Bench:
        from scripts.platform.template_database import clone, fresh_name
        from scripts.platform.test_server import ServerUnderTest

        self.database = fresh_name("benchmark")
        clone(self.platform, self.template, self.database)
        self.log = subfolder("logs", "servers") / f"{self.database}.log"
        self.server = ServerUnderTest(
            self.platform, self.database, self.log, options=("--log-handler=werkzeug:INFO",)
        )
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self._prepare()
        self.server.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        from scripts.platform.template_database import drop

        self.server.stop()
        drop(self.platform, self.database)
        self.log.unlink(missing_ok=True)
        self._folder.cleanup()

    def _prepare(self) -> None:
        cities = max(self.size // PEOPLE_PER_CITY, 1)
        answer = self.server.shell(
            "portugal = env.ref('base.pt')\n"
            "cities = env['res.partner'].create([{'name': f'Benchmark Town {number}', 'is_city': True,"
            " 'is_company': True, 'country_id': portugal.id, 'email': f'mail@town{number}.example'}"
            f" for number in range({cities})])\n"
            "bot = env['res.users'].with_context(no_reset_password=True).create({'name': 'Benchmark',"
            " 'login': 'benchmark-bot', 'group_ids': [(6, 0, env.ref('scn_partner.group_scn_sync_bot').ids)]})\n"
            "admin = env.ref('base.user_admin')\n"
            "admin.group_ids += env.ref('scn_partner.group_scn_manager')\n"
            "env.cr.execute('CREATE INDEX ON scn_signup (subject)')  # what the peers search by\n"
            "env.cr.execute('ANALYZE')\n"
            "answer = {'uid': admin.id, 'login': admin.login, 'cities': cities.ids, 'country': portugal.id}\n"
            "env.cr.commit()"
        )
        self.cities: list[int] = answer["cities"]
        self.country: int = answer["country"]
        self.bot_key = self.server.api_key("benchmark-bot")
        self.connection = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "database": self.database,
            "login": answer["login"],
            "uid": answer["uid"],
            "key": self.server.api_key("base.user_admin"),
        }

    # -- sign-ups ------------------------------------------------------------------------------------------------

    def sign_ups(self, size: int | None = None) -> list[dict[str, Any]]:
        """People of cities that come again and again, in random order."""
        chance = random.Random(SEED)
        people = []
        for number in range(size or self.size):
            town = number % len(self.cities)
            known = chance.random() >= UNKNOWN_CITIES
            people.append(
                {
                    "name": f"Person Number{number}",
                    "email": f"person{number}@town{town}.example",
                    "phone": f"+3512891{number % 100_000:05d}",
                    "unit": "Unit for the platform economy",
                    "position": "Adviser",
                    "city": f"Benchmark Town {town}" if known else f"Unheard-of {number % 7}",
                    "note": "We would like to join the task force. " * 5,
                }
            )
        chance.shuffle(people)
        return people

    def peer_rows(self, contender: str, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The sign-ups as values of the inbox's model; the subject tells them apart."""
        return [
            {
                "subject": f"{contender.partition(' ')[0]} {person['email'].partition('@')[0]}",
                "contact_name": person["name"],
                "email": person["email"],
                "phone": person["phone"],
                "unit": person["unit"],
                "position": person["position"],
                "city": person["city"],
                "country_id": self.country,
                "language": "en",
                "wants_task_force": True,
                "consent_wording": "I agree that my data are kept.",
                "consent_source": "web form",
                "received_at": "2026-03-02 09:30:00",
                "raw_text": person["note"],
            }
            for person in people
        ]

    def write_records(self, people: list[dict[str, Any]]) -> Path:
        """The same sign-ups as JSON lines, for scn-sync."""
        path = self.folder / "signups.jsonl"
        with path.open("w", encoding="utf-8") as stream:
            for person in people:
                row = {
                    "received": "2026-03-02T09:30:00Z", "name": person["name"], "email": person["email"],
                    "phone": person["phone"], "unit": person["unit"], "position": person["position"],
                    "city": person["city"], "country": "Portugal", "language": "en", "interests": "task force",
                    "consent": "I agree that my data are kept.", "message": person["note"],
                }  # fmt: skip
                stream.write(json.dumps(row) + "\n")
        return path

    # -- runs --------------------------------------------------------------------------------------------------

    def one_by_one(self, only: str, size: int) -> list[Measured]:
        """The first and second run of the tools that take one record at a time."""
        found = []
        for contender in ONE_BY_ONE:
            if only in contender:
                rows = self.peer_rows(contender, self.sign_ups(size))
                found += [self._peer(contender, run, rows) for run in ("first", "unchanged")]
        return found

    def contenders(self, only: str) -> list[Measured]:
        """The first and second run of all that take many at a time."""
        people = self.sign_ups()
        found = []
        if only in BULK_PEER:
            rows = self.peer_rows(BULK_PEER, people)
            found += [self._peer(BULK_PEER, run, rows) for run in ("first", "unchanged")]
        path = self.write_records(people)
        for transport in TRANSPORTS:
            if only in f"scn-sync {transport}":
                for kind in ("records", "import"):
                    found += [
                        self._scn_sync(transport, run, path, kind) for run in ("first", "unchanged")
                    ]
        return found

    def acceptance(self, only: str, accepted: int, one_by_one: int) -> list[Measured]:
        """Matched sign-ups into contacts: the inbox's button for many at once, and one at a time."""
        self._scn_sync("xml-rpc", "first", self.write_records(self.sign_ups()))
        matched = self.server.sql(
            "SELECT id FROM scn_signup WHERE state = 'matched' AND subject IS NULL ORDER BY id"
        )
        ids = [{"id": row[0]} for row in matched]
        contacts = [
            {"name": f"Other {number}", "email": f"other{number}@town.example", "function": "Adviser",
             "phone": "+351289100200", "parent_id": self.cities[number % len(self.cities)]}
            for number in range(one_by_one)
        ]  # fmt: skip
        runs = (
            ("odoorpc contacts", contacts),
            ("odoorpc accept", ids[:one_by_one]),
            ("accept in batches", ids[one_by_one : one_by_one + accepted]),
        )
        return [
            self._peer(contender, "accept", rows) for contender, rows in runs if only in contender
        ]

    def _peer(self, contender: str, run: str, rows: list[dict[str, Any]]) -> Measured:
        path = self.folder / "rows.json"
        path.write_text(json.dumps({"connection": self.connection, "rows": rows}), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.sync_peers", contender, str(path)]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(self.peers), str(CHECKOUT))),
        }
        return self._measured(contender, run, len(rows), command, environment)

    def _scn_sync(self, transport: str, run: str, path: Path, kind: str = "import") -> Measured:
        settings = {
            "url": self.server.url,
            "database": self.database,
            "login": "benchmark-bot",
            "api_key": self.bot_key,
            "source": f"benchmark-{transport}-{kind}",
            "transport": transport,
            "state_folder": str(self.folder / "state"),
        }
        environment = {
            **os.environ,
            **{f"SCN_SYNC_{name.upper()}": value for name, value in settings.items()},
            "PYTHONPATH": str(CHECKOUT),
        }
        command = [sys.executable, "-m", "benchmarks.sync_own", kind, str(path)]
        return self._measured(f"{kind} {transport}", run, self.size, command, environment)

    def _measured(
        self, contender: str, run: str, size: int, command: list[str], environment: dict[str, str]
    ) -> Measured:
        offset = self.log.stat().st_size
        before = processor_seconds(self.server.pid or 0)
        process = subprocess.run(
            command,
            env=environment,
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=HOUR,
        )
        if process.returncode:
            raise SystemExit(f"{contender} failed; its words are above")
        result = json.loads(process.stdout.splitlines()[-1])
        time.sleep(1)  # the server writes its line after the answer
        server_cpu = processor_seconds(self.server.pid or 0) - before
        with self.log.open("rb") as stream:
            stream.seek(offset)
            queries = [
                int(found) for found in _REQUEST.findall(stream.read().decode("utf-8", "replace"))
            ]
        measured = Measured(
            size, contender, run, size / result["seconds"], len(queries) / size, sum(queries) / size,
            result["client_cpu"], server_cpu, result["memory"],
        )  # fmt: skip
        print(ROW.format(**vars(measured)), flush=True)
        return measured


def processor_seconds(pid: int) -> float:
    """Processor time a process has used so far."""
    parts = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / float(os.sysconf("SC_CLK_TCK"))


if __name__ == "__main__":
    sys.exit(main())
