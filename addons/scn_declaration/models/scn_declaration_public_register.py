from dataclasses import dataclass
from datetime import date

from odoo import api, models
from odoo.tools import SQL

from ..world_region import countries_of
from .scn_declaration_stage import CLOSED_CATEGORIES

#: What somebody may look for, and the categories behind it. Declined is not among them, and never will be.
REGISTER_STATUSES = {
    'joined': ('signed',),
    'provisional': ('provisional',),
    'withdrawn': ('withdrawn',),
    'validation': ('validation',),
}
STATUS_OF_CATEGORY = {category: status for status, (category,) in REGISTER_STATUSES.items()}
PAGE_SIZE = 50
#: What a city with several signatures stands there as: the first of these, of the named and of the counted ones.
RANKS = ('signed', 'provisional', 'validation', 'withdrawn')
#: Whether a city is named and not only counted, for a status and its signature.
IS_NAMED = SQL("(status.category <> 'validation' OR signature.publish_validation IS TRUE)")
#: The fixed set of fields of a city in the CSV and the JSON, in this order; documented in docs/declaration.md.
REGISTER_FIELDS = (
    'city',
    'country_code',
    'country',
    'latitude',
    'longitude',
    'status',
    'text',
    'text_hash',
    'joined_on',
    'decision_expected_by',
    'ratified_on',
    'withdrawn_on',
    'status_since',
    'recorded_on',
    'recorded_late',
    'signatory_name',
    'signatory_function',
    'public_notes',
)


@dataclass(frozen=True)
class RegisterQuestion:
    """What a visitor asks of the register: as of which day, and which cities."""

    day: date
    search: str = ''
    country: str = ''
    region: str = ''
    status: str = ''

    @property
    def is_narrowed(self):
        return bool(self.search or self.country or self.region or self.status)


class ScnDeclarationRegister(models.AbstractModel):
    """What the public may read of a declaration's signatures, as of any day. Reading only, in a fixed number of queries.

    The database's rights keep everybody out of the tables; this is the one place that decides what leaves them. Which
    cities stand in an answer is decided by ``_get_standing`` and ``IS_NAMED`` for all of them, and every row comes out of
    ``_get_shown``:

    * joined, provisionally joined and withdrawn cities are named, declined ones and those at an earlier stage never;
    * cities in validation are counted, and named only with their consent;
    * an entry that was annulled has no status left, so it is in none of these numbers on any day;
    * a city that left and came back stands there once, as what it is on that day;
    * persons appear with their consent, while the city is joined;
    * dates after the day asked for are not known yet on that day.
    """

    _name = 'scn.declaration.register'
    _description = 'Public Register of a Declaration'

    # -- what leaves the tables ----------------------------------------------------------------------------------

    @api.model
    def _get_present(self, declaration, day):
        """Which rows of ``scn_declaration_status status`` are of a day, as an SQL condition.

        :param declaration: ``scn.declaration`` record
        :param date day: as of the end of this day
        """
        return SQL(
            """
            status.declaration_id = %(declaration)s
               AND status.category IN ('signed', 'provisional', 'withdrawn', 'validation')
               AND status.valid_from <= %(day)s
               AND (status.valid_to IS NULL OR status.valid_to > %(day)s)
            """,
            declaration=declaration.id,
            day=day,
        )

    @api.model
    def _get_standing(self, declaration, day):
        """Which of these stand in the register, as an SQL condition: a city with several stands there once.

        What is left out is looked for among the cities with a closed signature only: one live signature per city is
        what the database allows, so a city with several has a closed one. The subquery asks nothing of the row, and
        as an array the database reckons with answering it once.
        """
        return SQL(
            """
            %(present)s
               AND status.id <> ALL (ARRAY (
                    SELECT ranked.id FROM (
                        SELECT status.id, row_number() OVER (
                                   PARTITION BY signature.partner_id, %(is_named)s
                                   ORDER BY array_position(%(ranks)s, status.category::text),
                                            CASE WHEN status.category <> 'withdrawn' THEN signature.joined_on END,
                                            status.valid_from DESC, status.id DESC) AS place
                          FROM scn_declaration_signature signature
                          JOIN scn_declaration_status status ON status.signature_id = signature.id
                         WHERE signature.declaration_id = %(declaration)s
                           AND signature.partner_id IN (
                                SELECT closed.partner_id FROM scn_declaration_signature closed
                                 WHERE closed.declaration_id = %(declaration)s AND closed.category IN %(closed)s)
                           AND %(present)s) ranked
                     WHERE ranked.place > 1))
            """,
            present=self._get_present(declaration, day),
            declaration=declaration.id,
            is_named=IS_NAMED,
            ranks=list(RANKS),
            closed=CLOSED_CATEGORIES,
        )

    @api.model
    def _get_shown(self, declaration, day):
        """The cities of the register on a day, as SQL.

        :param declaration: ``scn.declaration`` record
        :param date day: as of the end of this day
        :return: SQL of a subquery
        """
        return SQL(
            """
            SELECT status.signature_id, status.category, status.version_id, status.valid_from,
                   status.recorded_at::date AS recorded_on,
                   status.recorded_at::date > status.valid_from AS recorded_late,
                   %(is_named)s AS is_named,
                   city.id AS city_id, city.name AS city,
                   city.partner_latitude AS latitude, city.partner_longitude AS longitude,
                   country.code AS country_code, country.name AS country_names,
                   CASE WHEN status.category <> 'validation' THEN signature.joined_on END AS joined_on,
                   CASE WHEN status.category = 'provisional' THEN signature.ratify_before END AS decision_expected_by,
                   CASE WHEN signature.ratified_on <= %(day)s THEN signature.ratified_on END AS ratified_on,
                   CASE WHEN status.category = 'withdrawn' THEN signature.withdrawn_on END AS withdrawn_on,
                   CASE WHEN signature.publish_name AND status.category IN ('signed', 'provisional')
                        THEN signature.signatory_name END AS signatory_name,
                   CASE WHEN signature.publish_name AND status.category IN ('signed', 'provisional')
                        THEN signature.signatory_function END AS signatory_function
              FROM scn_declaration_status status
              JOIN scn_declaration_signature signature ON signature.id = status.signature_id
              JOIN res_partner city ON city.id = signature.partner_id
         LEFT JOIN res_country country ON country.id = signature.country_id
             WHERE %(standing)s
            """,
            day=day,
            is_named=IS_NAMED,
            standing=self._get_standing(declaration, day),
        )

    @api.model
    def _get_condition(self, question):
        """Which of the shown cities are named in the answer to a question, as SQL.

        Cities that are not named never match, so that no filter tells where a city in validation is.
        """
        conditions = [SQL("is_named")]
        if question.search:
            pattern = '%{}%'.format(question.search.replace('\\', r'\\').replace('%', r'\%').replace('_', r'\_'))
            unaccent = self.env.registry.unaccent
            conditions.append(
                SQL(
                    """(%(name)s ILIKE %(pattern)s OR EXISTS (
                        SELECT 1 FROM scn_city_alias alias
                         WHERE alias.organisation_id = city_id AND alias.kind = 'name'
                           AND %(alias)s ILIKE %(pattern)s))""",
                    name=unaccent(SQL("city")),
                    alias=unaccent(SQL("alias.name")),
                    pattern=unaccent(SQL("%s", pattern)),
                )
            )
        if question.country:
            conditions.append(SQL("country_code = %s", question.country))
        if question.region:
            conditions.append(SQL("country_code = ANY(%s)", countries_of(question.region)))
        if question.status:
            conditions.append(SQL("category = ANY(%s)", list(REGISTER_STATUSES.get(question.status, ()))))
        return SQL(" AND ").join(conditions)

    # -- answers -------------------------------------------------------------------------------------------------

    @api.model
    def _get_counts(self, declaration, question):
        """The numbers of a day, and how many cities answer the question. One query, two for a narrowed question.

        Where everybody is asked for, only the statuses are read: of a city's own rows nothing is needed to count it.

        :return: dict ``joined`` (with or without council), ``provisional``, ``validation``, ``withdrawn``, ``found``
        """
        rows = self._fetch(
            SQL(
                """
            SELECT status.category, count(*) AS cities, count(*) FILTER (
                       WHERE status.category <> 'validation' OR (
                             SELECT %(is_named)s FROM scn_declaration_signature signature
                              WHERE signature.id = status.signature_id)) AS named
              FROM scn_declaration_status status
             WHERE %(standing)s
          GROUP BY status.category
                """,
                is_named=IS_NAMED,
                standing=self._get_standing(declaration, question.day),
            )
        )
        cities = {row['category']: row['cities'] for row in rows}
        found = sum(row['named'] for row in rows)
        if question.is_narrowed:
            found = self._get_found(declaration, question)
        return {
            'joined': cities.get('signed', 0) + cities.get('provisional', 0),
            'provisional': cities.get('provisional', 0),
            'validation': cities.get('validation', 0),
            'withdrawn': cities.get('withdrawn', 0),
            'found': found,
        }

    @api.model
    def _get_found(self, declaration, question):
        """How many named cities answer a question. One query."""
        (row,) = self._fetch(
            SQL(
                "SELECT count(*) AS found FROM (%(shown)s) shown WHERE %(condition)s",
                condition=self._get_condition(question),
                shown=self._get_shown(declaration, question.day),
            )
        )
        return row['found']

    @api.model
    def _get_changed_at(self, declaration, day):
        """When the answer for a day was last another one. One query.

        Signatures and statuses that are not shown count, too: what has left the register has changed it.

        :return: datetime in UTC; at least the start of the day, which stands in the answer, and never to come
        """
        (row,) = self._fetch(
            SQL(
                """
            SELECT LEAST(now() AT TIME ZONE 'UTC', GREATEST(
                       %(day)s::timestamp,
                       (SELECT max(write_date) FROM scn_declaration_status WHERE declaration_id = %(declaration)s),
                       (SELECT max(write_date) FROM scn_declaration_version WHERE declaration_id = %(declaration)s),
                       (SELECT max(GREATEST(signature.write_date, city.write_date, country.write_date))
                          FROM scn_declaration_signature signature
                          JOIN res_partner city ON city.id = signature.partner_id
                     LEFT JOIN res_country country ON country.id = signature.country_id
                         WHERE signature.declaration_id = %(declaration)s),
                       (SELECT max(reservation.write_date)
                          FROM scn_declaration_reservation reservation
                          JOIN scn_declaration_signature signature ON signature.id = reservation.signature_id
                         WHERE signature.declaration_id = %(declaration)s)
                   )) AS changed_at
                """,
                day=day,
                declaration=declaration.id,
            )
        )
        return row['changed_at']

    @api.model
    def _get_countries(self, declaration, day, lang):
        """Countries of the named cities on a day, by name. One query.

        It goes from country to country in the index and asks each for its first city, instead of each city for its
        country: there are at most 250 countries, however many cities join.

        :return: list of ``(code, name)``
        """
        rows = self._fetch(
            SQL(
                """
            WITH RECURSIVE present (id) AS (
                SELECT min(country_id) FROM scn_declaration_signature WHERE declaration_id = %(declaration)s
                 UNION ALL
                SELECT (SELECT min(country_id) FROM scn_declaration_signature
                         WHERE declaration_id = %(declaration)s AND country_id > present.id)
                  FROM present WHERE present.id IS NOT NULL)
            SELECT country.code AS country_code,
                   COALESCE(country.name->>%(lang)s, country.name->>'en_US') AS country
              FROM present
              JOIN res_country country ON country.id = present.id
        CROSS JOIN LATERAL (
                    SELECT status.id
                      FROM scn_declaration_signature signature
                      JOIN scn_declaration_status status ON status.signature_id = signature.id
                     WHERE signature.declaration_id = %(declaration)s AND signature.country_id = country.id
                       AND %(is_named)s AND %(standing)s
                     LIMIT 1) first
             WHERE country.code IS NOT NULL
          ORDER BY country
                """,
                lang=lang or 'en_US',
                declaration=declaration.id,
                is_named=IS_NAMED,
                standing=self._get_standing(declaration, day),
            )
        )
        return [(row['country_code'], row['country']) for row in rows]

    @api.model
    def _get_cities(self, declaration, question, lang=None, offset=0, limit=None):
        """The named cities that answer a question, by name. Three queries, however many there are.

        :param str lang: language of the countries' names; English without
        :return: list of dicts by ``REGISTER_FIELDS``; dates as ``datetime.date``, ``public_notes`` as a list of dicts
            ``{'article': number, 'note': text}``
        """
        rows = self._fetch(
            SQL(
                """
            SELECT shown.*, COALESCE(country_names->>%(lang)s, country_names->>'en_US') AS country
              FROM (%(shown)s) shown
             WHERE %(condition)s
          ORDER BY city, city_id, valid_from
            OFFSET %(offset)s %(limit)s
                """,
                lang=lang or 'en_US',
                shown=self._get_shown(declaration, question.day),
                condition=self._get_condition(question),
                offset=offset,
                limit=SQL("LIMIT %s", limit) if limit else SQL(),
            )
        )
        texts = self._get_texts({row['version_id'] for row in rows})
        notes = self._get_public_notes([row['signature_id'] for row in rows])
        return [self._prepare_city(row, texts, notes) for row in rows]

    @api.model
    def _prepare_city(self, row, texts, notes):
        """One city of the register by ``REGISTER_FIELDS``."""
        name, content_hash = texts[row['version_id']]
        is_placed = bool(row['latitude'] or row['longitude'])
        return {
            'city': row['city'],
            'country_code': row['country_code'],
            'country': row['country'],
            'latitude': float(row['latitude']) if is_placed else None,
            'longitude': float(row['longitude'] or 0.0) if is_placed else None,
            'status': STATUS_OF_CATEGORY[row['category']],
            'text': name,
            'text_hash': content_hash,
            'joined_on': row['joined_on'],
            'decision_expected_by': row['decision_expected_by'],
            'ratified_on': row['ratified_on'],
            'withdrawn_on': row['withdrawn_on'],
            'status_since': row['valid_from'],
            'recorded_on': row['recorded_on'],
            'recorded_late': row['recorded_late'],
            'signatory_name': row['signatory_name'] or None,
            'signatory_function': row['signatory_function'] or None,
            'public_notes': notes.get(row['signature_id'], []) if row['category'] in ('signed', 'provisional') else [],
        }

    @api.model
    def _get_texts(self, version_ids):
        rows = self._fetch(
            SQL("SELECT id, name, content_hash FROM scn_declaration_version WHERE id = ANY(%s)", list(version_ids))
        )
        return {row['id']: (row['name'], row['content_hash']) for row in rows}

    @api.model
    def _get_public_notes(self, signature_ids):
        rows = self._fetch(
            SQL(
                """
            SELECT reservation.signature_id, article.number AS article, reservation.note
              FROM scn_declaration_reservation reservation
              JOIN scn_declaration_article article ON article.id = reservation.article_id
             WHERE reservation.visibility = 'public' AND reservation.signature_id = ANY(%s)
          ORDER BY article.number, reservation.id
                """,
                signature_ids,
            )
        )
        notes = {}
        for row in rows:
            notes.setdefault(row['signature_id'], []).append({'article': row['article'], 'note': row['note']})
        return notes

    @api.model
    def _get_places(self, declaration, question):
        """Where the named cities are that answer a question. One query.

        :return: list of ``(latitude, longitude, name, is_final)``; cities without coordinates are left out
        """
        rows = self._fetch(
            SQL(
                """
            SELECT latitude, longitude, city, category = 'signed' AS is_final
              FROM (%(shown)s) shown
             WHERE (%(condition)s) AND category IN ('signed', 'provisional')
               AND (COALESCE(latitude, 0) <> 0 OR COALESCE(longitude, 0) <> 0)
          ORDER BY city, city_id
                """,
                shown=self._get_shown(declaration, question.day),
                condition=self._get_condition(question),
            )
        )
        return [
            (float(row['latitude'] or 0), float(row['longitude'] or 0), row['city'], row['is_final']) for row in rows
        ]

    @api.model
    def _get_version_in_force(self, declaration, day):
        """The text that cities could join on a day, else the first one published; may be empty."""
        versions = (
            self.env['scn.declaration.version']
            .sudo()
            .search(
                [('declaration_id', '=', declaration.id), ('state', 'in', ('published', 'superseded'))],
                order='number desc',
            )
        )
        return (
            versions.filtered(lambda version: version.published_on and version.published_on <= day)[:1] or versions[-1:]
        )

    def _fetch(self, query):
        self.env.flush_all()
        return self.env.execute_query_dict(query)
