"""The part of the register's benchmark that runs inside Odoo: cities that joined.

The first one joins by its moves, the others are copies of what that left in the tables (SQL): ten
thousand by their moves would take the day, and the register reads the same rows.
"""

from __future__ import annotations

from typing import Any

_COPY_SIGNATURES = """
    WITH made AS (
        INSERT INTO scn_declaration_signature
            (name, partner_id, declaration_id, version_id, stage_id, category, company_id, country_id,
             joined_on, opened_on, signatory_name, signatory_function, publish_name,
             create_date, write_date)
        SELECT sample.declaration_id || '/' || city.id, city.id, sample.declaration_id,
               sample.version_id, sample.stage_id, sample.category, sample.company_id, city.country_id,
               sample.joined_on, sample.opened_on, sample.signatory_name,
               sample.signatory_function, TRUE, sample.create_date, sample.write_date
          FROM res_partner city, scn_declaration_signature sample
         WHERE city.id = ANY(%(cities)s) AND sample.id = %(sample)s
     RETURNING id
    )
    INSERT INTO scn_declaration_status
        (signature_id, declaration_id, version_id, company_id, category, valid_from, valid_to,
         recorded_at, create_date, write_date)
    SELECT made.id, status.declaration_id, status.version_id, status.company_id, status.category,
           status.valid_from, status.valid_to, status.recorded_at, status.create_date,
           status.write_date
      FROM made, scn_declaration_status status
     WHERE status.signature_id = %(sample)s
"""


def add_joined(env: Any, count: int, code: str) -> int:
    """Let as many more cities join a declaration of this code; how many have joined then."""
    declaration = env["scn.declaration"].search([("code", "=", code)]) or _new_declaration(
        env, code
    )
    signatures = env["scn.declaration.signature"]
    present = signatures.search_count([("declaration_id", "=", declaration.id)])
    cities = _new_cities(env, count, present)
    if not present:
        sample = signatures.create(
            {
                "partner_id": cities[0].id,
                "declaration_id": declaration.id,
                "opened_on": "2018-09-05",
            }
        )
        sample._review()
        sample._start_validation()
        sample._sign("Ana Example", "Mayor", evidence={"kind": "minutes"}, publish_name=True)
        cities = cities[1:]
    sample = signatures.search([("declaration_id", "=", declaration.id)], order="id", limit=1)
    env.flush_all()
    env.cr.execute(_COPY_SIGNATURES, {"cities": cities.ids, "sample": sample.id})
    env.cr.commit()
    return int(signatures.search_count([("declaration_id", "=", declaration.id)]))


def _new_cities(env: Any, count: int, first: int) -> Any:
    """Cities spread over the world, in a hundred countries."""
    countries = env["res.country"].search([], limit=100).ids
    cities = env["res.partner"]
    for start in range(0, count, 1000):
        cities += cities.create(
            [
                {
                    "name": f"Benchmark town {number:05}",
                    "is_city": True,
                    "country_id": countries[number % len(countries)],
                    "partner_latitude": -50 + number * 37 % 1200 / 10,
                    "partner_longitude": -170 + number * 53 % 3400 / 10,
                }
                for number in range(first + start, first + min(start + 1000, count))
            ]
        )
        env.cr.commit()
    return cities


def _new_declaration(env: Any, code: str) -> Any:
    """A declaration with a published text of ten articles."""
    declaration = env["scn.declaration"].create({"name": "Benchmark", "code": code})
    words = "We share what we have, and say how. " * 8
    env["scn.declaration.version"].create(
        {
            "declaration_id": declaration.id,
            "name": "2018",
            "published_on": "2018-09-01",
            "text_ids": [(0, 0, {"lang": "en_US", "title": "Benchmark", "introduction": words})],
            "article_ids": [
                (
                    0,
                    0,
                    {
                        "number": number,
                        "text_ids": [
                            (0, 0, {"lang": "en_US", "title": f"Article {number}", "body": words})
                        ],
                    },
                )
                for number in range(1, 11)
            ],
        }
    ).action_publish()
    return declaration
