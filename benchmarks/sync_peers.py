"""One contender puts sign-ups into the inbox, in a process of its own; the result is JSON on standard output.

python3 -m benchmarks.sync_peers CONTENDER FILE

FILE is JSON: the connection, and the sign-ups as values of `scn.signup`. Every contender does the same work: each
sign-up is in the inbox afterwards, once, and a second run finds it there.
"""

from __future__ import annotations

import configparser
import contextlib
import io
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MODEL = "scn.signup"
#: What somebody who knows Odoo tells it before a bulk load.
CONTEXT = {"tracking_disable": True, "mail_create_nolog": True}
CHUNK = 500


def odoorpc_one_by_one(connection: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """odoorpc: search, then create or write."""
    import odoorpc

    odoo = odoorpc.ODOO(connection["host"], port=connection["port"], timeout=600)
    odoo.login(connection["database"], connection["login"], connection["key"])
    odoo.env.context.update(CONTEXT)
    model = odoo.env[MODEL]
    for row in rows:
        found = model.search([("subject", "=", row["subject"])], limit=1)
        if found:
            model.write(found, row)
        else:
            model.create(row)


def client_lib_one_by_one(connection: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """odoo-client-lib: search, then create or write."""
    import odoolib

    odoo = odoolib.get_connection(
        hostname=connection["host"],
        port=connection["port"],
        database=connection["database"],
        login=connection["login"],
        password=connection["key"],
        protocol="jsonrpc",
    )
    model = odoo.get_model(MODEL)
    for row in rows:
        found = model.search([("subject", "=", row["subject"])], limit=1, context=CONTEXT)
        if found:
            model.write(found, row, context=CONTEXT)
        else:
            model.create(row, context=CONTEXT)


def import_client_load(connection: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """odoo-import-export-client: `load` in chunks of 500, with external ids."""
    from odoo_csv_tools.import_threaded import import_data

    config = configparser.ConfigParser()
    config["Connection"] = {
        "hostname": connection["host"],
        "port": str(connection["port"]),
        "database": connection["database"],
        "login": connection["login"],
        "password": connection["key"],
        "protocol": "jsonrpc",
        "uid": str(connection["uid"]),
    }
    names = [name for name in rows[0] if name != "country_id"]
    header = ["id", *names, "country_id/.id"]
    data = [
        [
            "benchmark." + row["subject"].replace(" ", "_"),
            *(_text(row[name]) for name in names),
            str(row["country_id"] or ""),
        ]
        for row in rows
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "connection.conf"
        with path.open("w", encoding="utf-8") as stream:
            config.write(stream)
        _header, lost = import_data(
            str(path), MODEL, header, data, context=CONTEXT, batch_size=CHUNK
        )
        if lost:
            raise SystemExit(f"the import client could not load {len(lost)} sign-ups")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value or "")


def odoorpc_contacts(connection: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """odoorpc, without the inbox: search each person at its city, then create or write the contact."""
    import odoorpc

    odoo = odoorpc.ODOO(connection["host"], port=connection["port"], timeout=600)
    odoo.login(connection["database"], connection["login"], connection["key"])
    odoo.env.context.update(CONTEXT)
    model = odoo.env["res.partner"]
    for row in rows:
        domain = [
            ("parent_id", "=", row["parent_id"]),
            ("email", "=", row["email"]),
            ("name", "=", row["name"]),
        ]
        found = model.search(domain, limit=1)
        if found:
            model.write(found, row)
        else:
            model.create(row)


def odoorpc_accept(connection: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """odoorpc, one sign-up at a time through the inbox's own button."""
    import odoorpc

    odoo = odoorpc.ODOO(connection["host"], port=connection["port"], timeout=600)
    odoo.login(connection["database"], connection["login"], connection["key"])
    model = odoo.env[MODEL]
    for row in rows:
        model.browse(row["id"]).action_accept()


def batched_accept(connection: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """What the list view's button does: many at once."""
    import odoorpc

    odoo = odoorpc.ODOO(connection["host"], port=connection["port"], timeout=600)
    odoo.login(connection["database"], connection["login"], connection["key"])
    ids = [row["id"] for row in rows]
    for start in range(0, len(ids), CHUNK):
        odoo.execute(MODEL, "action_accept", ids[start : start + CHUNK])


CONTENDERS = {
    "odoorpc": odoorpc_one_by_one,
    "odoo-client-lib": client_lib_one_by_one,
    "import-client load": import_client_load,
    "odoorpc contacts": odoorpc_contacts,
    "odoorpc accept": odoorpc_accept,
    "accept in batches": batched_accept,
}


def main() -> None:
    """Run one contender and print seconds, processor seconds and peak memory."""
    contender, path = sys.argv[1:3]
    data = json.loads(Path(path).read_text(encoding="utf-8"))
    started, worked = time.monotonic(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        CONTENDERS[contender](data["connection"], data["rows"])
    seconds, processor = time.monotonic() - started, time.process_time() - worked
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "client_cpu": processor,
                "memory": usage.ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
