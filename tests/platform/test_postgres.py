"""Which PostgreSQL is used, and that the embedded one is shared and leaves nothing running."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.platform.failure import PlatformError
from scripts.platform.postgres import chosen_variables, running_postgres
from scripts.platform.process_register import is_alive


def test_nothing_named_means_the_embedded_server() -> None:
    assert chosen_variables({"HOME": "/home/someone", "PGDATABASE": "only_a_name"}) == {}


def test_the_usual_variables_name_a_server() -> None:
    given = {"PGHOST": "db.example", "PGUSER": "odoo", "PGDATABASE": "other", "LANG": "C"}
    assert chosen_variables(given) == {"PGHOST": "db.example", "PGUSER": "odoo"}


def test_an_address_wins_over_the_variables() -> None:
    given = {
        "PGHOST": "other.example",
        "DATABASE_URL": "postgresql://odoo:p%40ss@db.example:5433/postgres?sslmode=require",
    }
    assert chosen_variables(given) == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "odoo",
        "PGPASSWORD": "p@ss",
        "PGSSLMODE": "require",
    }


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(PlatformError, match="DATABASE_URL does not begin with postgresql://"):
        chosen_variables({"DATABASE_URL": "mysql://db.example/x"})


def test_a_named_server_that_is_down_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGHOST", str(tmp_path))
    monkeypatch.setenv("PGUSER", "odoo")
    with pytest.raises(PlatformError, match="does not answer"), running_postgres():
        pass


def test_the_user_postgres_is_refused_before_odoo_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@db.example/")
    with (
        pytest.raises(PlatformError, match="refuses to work as the database user “postgres”"),
        running_postgres(),
    ):
        pass


def test_runs_share_the_embedded_server_and_the_last_one_stops_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # a home folder that only its owner may enter, and a path longer than a socket's may be
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    cache = home / ("a-long-name-" * 9)
    monkeypatch.setenv("SCN_CACHE", str(cache))
    for name in ("PGHOST", "PGPORT", "PGUSER", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    pid_file = cache / "postgres" / "data" / "postmaster.pid"
    other = (
        "from scripts.platform.postgres import running_postgres\n"
        "with running_postgres() as postgres:\n"
        "    connection = postgres.connect('postgres')\n"
        "    print(postgres.version, flush=True)\n"
    )
    checkout = Path(__file__).resolve().parents[2]
    with running_postgres() as postgres:
        pid = int(pid_file.read_text(encoding="utf-8").split()[0])
        result = subprocess.run(
            [sys.executable, "-c", other], cwd=checkout, capture_output=True, text=True, check=True
        )
        assert result.stdout.strip() == postgres.version
        assert "starting" not in result.stderr
        # the other run has gone and the server is still ours
        with (
            contextlib.closing(postgres.connect("postgres")) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT lower('ÉÑ'), current_setting('fsync')")
            assert cursor.fetchone() == ("éñ", "off")
    assert not is_alive(pid)
    assert not pid_file.exists()
    # nobody else was let into the home
    assert home.stat().st_mode & 0o777 == 0o700
