import hashlib
import hmac
import secrets

from odoo import api, fields, models
from odoo.tools import SQL

from ..matching_keys import email_key
from ..sync_payload import parse_datetime

SECRET_PARAMETER = 'scn_partner.erasure_secret'


class ScnSignupErasure(models.Model):
    """What was erased, as keyed digests: a kept mailbox must not bring an erased person back.

    Nothing of the person stays but HMAC-SHA256 digests (RFC 2104) under a secret of this database: of the ids of the
    person's messages, for each source, and of the addresses. A digest says yes or no to somebody who has the message
    or the address and the database; nobody can read an address out of it. There is no retention date: the list
    protects the erased person for as long as mailboxes exist. A message written after the erasure is a new wish and
    is taken.
    """

    _name = 'scn.signup.erasure'
    _description = 'Erased Sign-up'
    _order = 'erased_on desc, id desc'
    _rec_name = 'kind'

    kind = fields.Selection([('message', 'Message'), ('address', 'Address')], required=True, readonly=True)
    source_id = fields.Many2one('scn.signup.source', readonly=True, index='btree_not_null', ondelete='cascade')
    digest = fields.Char(required=True, readonly=True)
    erased_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    _digest_unique = models.UniqueIndex('(digest)')

    @api.model
    def _get_secret(self):
        """The secret of the digests, made once; it is not Odoo's own, which may be replaced."""
        Parameter = self.env['ir.config_parameter'].sudo()
        if not Parameter.get_param(SECRET_PARAMETER):
            self.env.cr.execute(
                SQL(
                    """
                INSERT INTO ir_config_parameter (key, value, create_uid, create_date, write_uid, write_date)
                VALUES (%s, %s, %s, now() at time zone 'utc', %s, now() at time zone 'utc')
                ON CONFLICT DO NOTHING
                """,
                    SECRET_PARAMETER,
                    secrets.token_hex(32),
                    self.env.uid,
                    self.env.uid,
                ),
                log_exceptions=False,
            )
            self.env.registry.clear_cache('stable')
            self.env.registry.clear_cache()
        return Parameter.get_param(SECRET_PARAMETER)

    @api.model
    def _get_digest(self, kind, value, source=None):
        """Keyed digest of a message id of a source, or of an address.

        :param str kind: ``message`` or ``address``
        :param str value: external id, or the key of an address (``email_key``)
        """
        text = f"{kind}|{source.id if source else ''}|{value}"
        return hmac.new(self._get_secret().encode(), text.encode(), hashlib.sha256).hexdigest()

    @api.model
    def _remember(self, signups, emails=()):
        """Remember that these sign-ups and addresses were erased. To be called while the values still exist.

        :param signups: sign-ups about to be erased; their messages and addresses are remembered
        :param emails: further addresses of the person, for example of the contact
        """
        rows = {}
        for signup in signups.sudo():
            if signup.external_id:
                source = signup.source_id
                rows[self._get_digest('message', signup.external_id, source)] = ('message', source.id)
        for email in {email_key(email) for email in [*signups.sudo().mapped('email'), *emails]} - {''}:
            rows[self._get_digest('address', email)] = ('address', None)
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO scn_signup_erasure
                (kind, source_id, digest, erased_on, create_uid, create_date, write_uid, write_date)
            SELECT kind, source_id, digest, %(now)s, %(uid)s, now() at time zone 'utc',
                   %(uid)s, now() at time zone 'utc'
              FROM unnest(%(kinds)s, %(sources)s::int[], %(digests)s) AS erased (kind, source_id, digest)
            ON CONFLICT (digest) DO UPDATE SET erased_on = excluded.erased_on
            """,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                kinds=[kind for kind, __ in rows.values()],
                sources=[source for __, source in rows.values()],
                digests=list(rows),
            ),
            log_exceptions=False,
        )
        self.invalidate_model()

    @api.model
    def _find(self, source, records):
        """Which records are of erased messages or of erased addresses; two queries at most, one as long as nobody was.

        :param source: the source, or an empty record for one that does not exist yet
        :param records: ``SentRecord``; of a mere fingerprint only the message can be recognised
        :return: dict external id → ``message`` or ``address``
        """
        if not records or not self.sudo().search_count([], limit=1):
            return {}
        by_digest = {}
        for record in records:
            by_digest.setdefault(self._get_digest('message', record.external_id, source), []).append(record)
            address = email_key(record.content['email']) if record.content else ''
            if address:
                by_digest.setdefault(self._get_digest('address', address), []).append(record)
        found = {}
        for row in self.sudo().search([('digest', 'in', list(by_digest))], order='kind'):
            for record in by_digest[row.digest]:
                received_at = parse_datetime(record.content['received_at']) if row.kind == 'address' else None
                if not received_at or received_at <= row.erased_on:
                    found[record.external_id] = row.kind
        return found
