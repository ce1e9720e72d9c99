from odoo import api, fields, models
from odoo.tools import SQL


class ScnContactKey(models.Model):
    """What is unique about cities and contacts, and by what a sign-up finds them.

    ``res.partner`` itself gets no unique index: existing databases have duplicates, and two people share a
    mailbox. Kinds:

    * ``city_name``: ``<name>|<country code>``, no organisation; the city's own name or an alias;
    * ``email_domain``: mail domain of a city, no organisation;
    * ``person``: ``<e-mail>|<name>`` inside one organisation.

    The unique index decides who comes first, not a search: a row is inserted with ``ON CONFLICT DO NOTHING``.
    When the other row was committed after our snapshot, PostgreSQL raises a serialization failure and the
    framework repeats the call with a fresh one (REPEATABLE READ).
    """

    _name = 'scn.contact.key'
    _description = 'Contact Key'
    _rec_name = 'key'

    kind = fields.Selection(
        [('city_name', 'City name'), ('email_domain', 'Mail domain'), ('person', 'Person')],
        required=True,
        readonly=True,
    )
    organisation_id = fields.Many2one('res.partner', readonly=True, index='btree_not_null', ondelete='cascade')
    key = fields.Char(required=True, readonly=True)
    partner_id = fields.Many2one('res.partner', required=True, readonly=True, index=True, ondelete='cascade')

    _kind_organisation_key_unique = models.UniqueIndex('(kind, COALESCE(organisation_id, 0), key)')
    _person_key_index = models.Index("(key) WHERE kind = 'person'")
    _city_name_index = models.Index("(split_part(key, '|', 1)) WHERE kind = 'city_name'")

    @api.model
    def _claim(self, rows):
        """Insert the rows that nobody owns yet.

        :param rows: list of ``(kind, organisation id or None, key, partner id)``
        :return: dict ``(kind, organisation id or None, key) → key record`` for every row asked for, whoever owns it
        :raises psycopg2.errors.SerializationFailure: when somebody else inserts the same key at the same time
        """
        if not rows:
            return {}
        rows = list(dict.fromkeys(rows))
        self.env.flush_all()
        # log_exceptions: the failing statement holds names and addresses, they stay out of the log.
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO scn_contact_key
                (kind, organisation_id, key, partner_id, create_uid, create_date, write_uid, write_date)
            SELECT kind, organisation_id, key, partner_id, %(uid)s, now() at time zone 'utc', %(uid)s,
                   now() at time zone 'utc'
              FROM unnest(%(kinds)s, %(organisations)s::int[], %(keys)s, %(partners)s::int[])
                AS claim (kind, organisation_id, key, partner_id)
            ON CONFLICT DO NOTHING
            """,
                uid=self.env.uid,
                kinds=[row[0] for row in rows],
                organisations=[row[1] for row in rows],
                keys=[row[2] for row in rows],
                partners=[row[3] for row in rows],
            ),
            log_exceptions=False,
        )
        return self._find([row[:3] for row in rows])

    @api.model
    def _find(self, triples):
        """Look keys up, in one query.

        :param triples: iterable of ``(kind, organisation id or None, key)``
        :return: dict of those that exist → key record
        """
        triples = set(triples)
        if not triples:
            return {}
        found = self.sudo().search(
            [
                ('kind', 'in', list({kind for kind, __, __ in triples})),
                ('key', 'in', list({key for __, __, key in triples})),
            ],
            order='id',
        )
        by_triple = {(row.kind, row.organisation_id.id or None, row.key): row for row in found}
        return {triple: by_triple[triple] for triple in triples if triple in by_triple}

    @api.model
    def _replace_rows(self, wanted_by_partner):
        """Give each partner exactly the rows it should own and list the collisions.

        :param wanted_by_partner: dict partner id → list of ``(kind, organisation id or None, key)``
        """
        existing = self.search([('partner_id', 'in', list(wanted_by_partner))])
        stale = existing.filtered(
            lambda row: (row.kind, row.organisation_id.id or None, row.key) not in wanted_by_partner[row.partner_id.id],
        )
        kept = {(row.partner_id.id, row.kind, row.organisation_id.id or None, row.key) for row in existing - stale}
        Duplicate = self.env['scn.contact.duplicate']
        waiting = Duplicate.search([('key_id', 'in', stale.ids)]).partner_id
        stale.unlink()
        rows = [
            (*triple, partner_id)
            for partner_id, triples in wanted_by_partner.items()
            for triple in triples
            if (partner_id, *triple) not in kept
        ]
        owners = self._claim(rows)
        Duplicate._replace_collisions(
            wanted_by_partner, {(row[3], owners[row[:3]].id) for row in rows if owners[row[:3]].partner_id.id != row[3]}
        )
        # A freed key goes to the duplicate that waited for it.
        (waiting - self.env['res.partner'].browse(wanted_by_partner))._refresh_contact_keys()

    @api.model
    def _find_cities(self, names):
        """Cities by the key of a name, whatever their country.

        :param names: iterable of ``city_name_key`` values
        :return: dict name key → list of ``(country code or '', city record)``, one query
        """
        names = [name for name in set(names) if name]
        cities_by_name = {}
        if not names:
            return cities_by_name
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
            SELECT split_part(key, '|', 1), split_part(key, '|', 2), partner_id
              FROM scn_contact_key
             WHERE kind = 'city_name' AND split_part(key, '|', 1) = ANY(%s)
             ORDER BY id
            """,
                names,
            ),
            log_exceptions=False,
        )
        rows = self.env.cr.fetchall()
        partners = self.env['res.partner'].sudo().browse([row[2] for row in rows])
        for (name, country_code, __), partner in zip(rows, partners, strict=True):
            cities_by_name.setdefault(name, []).append((country_code, partner))
        return cities_by_name
