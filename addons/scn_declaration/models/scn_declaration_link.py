from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.scn_partner import secret_code

#: Days a link is good for unless staff choose otherwise.
DEFAULT_DAYS = 30
#: Links that a city's people may pass on for one signature before staff look.
MOST_FORWARDED = 5
PURPOSES = [
    ('join', 'Join the Declaration'),
    ('ratify', 'Confirm the decision of the council'),
    ('reconfirm', 'Join the new text'),
]
#: Fields that make the link what it is: never changed afterwards.
BOUND_FIELDS = frozenset({'signature_id', 'version_id', 'partner_id', 'purpose', 'code_hash'})


class ScnDeclarationLink(models.Model):
    """A link by which one person of a city acts on one signature, once, about one text, until a day.

    The link carries a random code and nothing else. The database keeps the code's hash: neither a copy of the
    database, nor the secret it signs with, nor a colleague with access to the office can act as the city. What the
    code stands for (signature, text, addressee, purpose) is written in the record when it is made and never changes.
    The same code, in groups of five, is what a reader without JavaScript types.

    States: ``requested`` (a city's person wishes to pass it on to an address we do not know; staff decide), ``open``,
    ``used``, ``superseded`` (there is a newer one), ``overtaken`` (the signature has moved on), ``revoked``.
    """

    _name = 'scn.declaration.link'
    _description = 'Link for a City to act on the Declaration'
    _order = 'create_date desc, id desc'
    _rec_name = 'partner_id'

    signature_id = fields.Many2one(
        'scn.declaration.signature', required=True, readonly=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='signature_id.company_id', store=True)
    city_id = fields.Many2one(related='signature_id.partner_id', string="City")
    version_id = fields.Many2one(
        'scn.declaration.version', string="Text", required=True, readonly=True, ondelete='restrict'
    )
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    partner_id = fields.Many2one(
        'res.partner', string="Sent to", readonly=True, index='btree_not_null', ondelete='cascade'
    )
    code_hash = fields.Char(readonly=True, copy=False, groups='base.group_system')
    state = fields.Selection(
        [
            ('requested', 'To be checked'),
            ('open', 'Sent'),
            ('used', 'Used'),
            ('superseded', 'A newer one was sent'),
            ('overtaken', 'No longer needed'),
            ('revoked', 'Taken back'),
        ],
        required=True,
        readonly=True,
        default='open',
        index=True,
    )
    expires_on = fields.Datetime(string="Good until", required=True, readonly=True)
    is_expired = fields.Boolean(string="Expired", compute='_compute_is_expired')
    forwarded_by_id = fields.Many2one(
        'scn.declaration.link', string="Passed on from", readonly=True, ondelete='set null', index='btree_not_null'
    )
    requested_name = fields.Char(string="Name given", readonly=True)
    requested_function = fields.Char(string="Function given", readonly=True)
    requested_email = fields.Char(string="Address given", readonly=True)
    used_on = fields.Datetime(readonly=True)
    outcome = fields.Selection(
        [
            ('signed', 'Joined'),
            ('provisional', 'Joined provisionally'),
            ('ratified', 'Council decision confirmed'),
            ('reconfirmed', 'Joined the new text'),
        ],
        readonly=True,
    )

    _code_unique = models.UniqueIndex('(code_hash) WHERE code_hash IS NOT NULL', "This code was given out already.")
    _open_has_addressee = models.Constraint(
        "CHECK (state NOT IN ('open', 'used') OR (partner_id IS NOT NULL AND code_hash IS NOT NULL))",
        "A link needs somebody it is sent to.",
    )

    @api.depends('expires_on', 'state')
    def _compute_is_expired(self):
        now = fields.Datetime.now()
        for link in self:
            link.is_expired = link.state == 'open' and bool(link.expires_on) and link.expires_on <= now

    @api.model_create_multi
    def create(self, vals_list):
        """Links are made by ``_issue``: nobody has the right to make or change one by hand."""
        self._check_only_by_us()
        return super().create(vals_list)

    def write(self, vals):
        """
        :raises AccessError: for what a link stands for, whoever asks
        """
        self._check_only_by_us()
        if BOUND_FIELDS & vals.keys() and any(link.code_hash for link in self):
            raise AccessError(self.env._("A link stays what it was made for: take it back and send another one."))
        return super().write(vals)

    def _check_only_by_us(self):
        if not self.env.su:
            raise AccessError(self.env._("Links are sent, used and taken back by their buttons only."))

    # -- sending -----------------------------------------------------------------------------------------------

    @api.model
    def _check_can_issue(self, signature, contact):
        """
        :raises UserError: when there is nothing to do for the city, or nobody to write to
        """
        if not signature._get_city_purpose():
            raise UserError(
                self.env._(
                    "Nothing is expected of %(city)s at the moment, so there is no link to send.",
                    city=signature.partner_id.name,
                )
            )
        if not contact:
            raise UserError(self.env._("Choose who gets the link, or add a contact of the city first."))
        if contact.commercial_partner_id != signature.partner_id:
            raise UserError(
                self.env._(
                    "“%(person)s” does not work for %(city)s: choose a contact of that city.",
                    person=contact.name,
                    city=signature.partner_id.name,
                )
            )
        if not contact.email:
            raise UserError(
                self.env._("“%(person)s” has no e-mail address: add one first.", person=contact.name),
            )

    @api.model
    def _issue(self, signature, contact, days=DEFAULT_DAYS, forwarded_by=None):
        """Make a link for one person and send it. Earlier ones of the same person for this signature are superseded.

        A colleague's link stays good: whoever is first, acts.

        :param signature: ``scn.declaration.signature``
        :param contact: person of the city, with an e-mail address
        :param int days: how long it is good for
        :param forwarded_by: link that was passed on
        :return: ``(link, code)``; the code is nowhere else
        :raises UserError: when it cannot be sent
        """
        signature, contact = signature.sudo(), contact.sudo()
        signature._lock()
        self._check_can_issue(signature, contact)
        links = self.sudo()
        links.search(
            [('signature_id', '=', signature.id), ('partner_id', '=', contact.id), ('state', '=', 'open')]
        ).write({'state': 'superseded'})
        code = secret_code.new_code(secret_code.LINK_LENGTH)
        link = links.create(
            {
                'signature_id': signature.id,
                'version_id': signature._get_city_version().id,
                'purpose': signature._get_city_purpose(),
                'partner_id': contact.id,
                'code_hash': secret_code.fingerprint(code),
                'expires_on': fields.Datetime.now() + timedelta(days=days),
                'forwarded_by_id': forwarded_by and forwarded_by.id,
            }
        )
        link._send(code)
        return link, code

    def _send(self, code):
        """Put the mail into the queue. It belongs to no record and to no person of the city, so that neither who reads
        records nor who passed the link on reads the code, and is deleted when it has gone."""
        self.ensure_one()
        template = self.env.ref('scn_declaration.mail_template_link')
        template = template.with_user(SUPERUSER_ID).with_company(self.company_id)
        template.with_context(scn_code=secret_code.written(code), scn_url=self._get_url(code)).send_mail(
            self.id,
            email_values={'model': False, 'res_id': False, 'auto_delete': True},
        )

    def _get_url(self, code):
        """Address with the code in its fragment, which no server and no log sees, in the reader's language."""
        website = self.env['website'].sudo().search([('company_id', '=', self.company_id.id)], limit=1)
        website = website or self.env['website'].sudo().get_current_website()
        lang = website.language_ids.filtered(lambda language: language.code == self._get_mail_lang())
        prefix = f"/{lang.url_code}" if lang and lang != website.default_lang_id else ''
        return f"{self.get_base_url()}{prefix}/declaration/act#{secret_code.written(code)}"

    def _get_mail_lang(self):
        self.ensure_one()
        installed = {code for code, __ in self.env['res.lang'].get_installed()}
        wished = (self.signature_id.lang, self.partner_id.lang)
        return next((lang for lang in wished if lang in installed), self.env.lang)

    def action_revoke(self):
        """Take links back that were not used.

        :raises AccessError: for anybody but officers
        """
        self.signature_id._check_officer()
        self.sudo().filtered(lambda link: link.state in ('open', 'requested')).write({'state': 'revoked'})
        return True

    def action_approve(self):
        """Send a link that a city's person wished to pass on to an address we did not know.

        :raises AccessError: for anybody but officers
        """
        self.signature_id._check_officer()
        for link in self.sudo().filtered(lambda link: link.state == 'requested'):
            contact = link._get_colleague(link.requested_name, link.requested_function, link.requested_email)
            self._issue(link.signature_id, contact, forwarded_by=link.forwarded_by_id)
            link.write({'state': 'revoked', 'partner_id': contact.id})
        return True

    # -- finding -----------------------------------------------------------------------------------------------

    @api.model
    def _find(self, text):
        """The link of a pasted code.

        :param str text: the code or the whole link
        :return: ``(link, problem)``: an empty link with ``missing``, ``incomplete`` or ``unknown``, else None
        """
        empty = self.browse()
        code = secret_code.read_code(text)
        if not code:
            return empty, 'missing'
        if not secret_code.is_well_formed(code, secret_code.LINK_LENGTH):
            return empty, 'incomplete'
        link = self.sudo().search([('code_hash', '=', secret_code.fingerprint(code))])
        return link, None if link else 'unknown'

    def _get_obstacle(self, reader):
        """Why this link cannot be used now, or None. The order is that of what helps the reader most.

        :param reader: ``res.partner`` of a signed-in user, empty for the public
        :return: ``foreign``, ``revoked``, ``used``, ``superseded``, ``closed``, ``done``, ``expired`` or None
        """
        self.ensure_one()
        link = self.sudo()
        signature = link.signature_id
        if (reader and reader != link.partner_id) or link.partner_id.commercial_partner_id != signature.partner_id:
            return 'foreign'
        if link.state in ('revoked', 'requested'):
            return 'revoked'
        if link.state == 'used':
            return 'used'
        if signature.category == 'annulled':
            return 'revoked'
        if not signature.is_live:
            return 'closed'
        if link.state == 'superseded':
            return 'superseded'
        if signature._get_city_purpose() != link.purpose:
            return 'done'
        if signature._get_city_version() != link.version_id:
            return 'superseded'
        return 'expired' if link.is_expired else None

    # -- using -------------------------------------------------------------------------------------------------

    def _lock(self):
        """Be the only one who uses this link until the end of the transaction; the signature first, as every move.

        :raises psycopg2.errors.SerializationFailure: when somebody else just did; the framework repeats the request
        """
        self.ensure_one()
        self.signature_id._lock()
        self.env.cr.execute(
            SQL("SELECT id FROM scn_declaration_link WHERE id = %s FOR NO KEY UPDATE", self.id), log_exceptions=False
        )

    def _use(self, reader, form, lang):
        """Act by this link. A second time changes nothing.

        :param reader: see ``_get_obstacle``
        :param dict form: see ``scn.declaration.signature._prepare_city_statement``
        :param str lang: language in which the text was read
        :return: obstacle, None when it was done
        :raises UserError: one clear sentence about the form
        """
        self.ensure_one()
        link = self.sudo()
        link._lock()
        obstacle = link._get_obstacle(reader)
        if obstacle:
            return obstacle
        # First, so that the move does not take this very link for one that it overtook.
        link.write({'state': 'used', 'used_on': fields.Datetime.now()})
        source = self.env._(
            "Link sent to %(person)s <%(email)s>", person=link.partner_id.name, email=link.partner_id.email or ''
        )
        link.signature_id._act_for_city(link.purpose, link.version_id, form, lang, source)
        link.outcome = link._get_outcome()
        return None

    def _get_outcome(self):
        self.ensure_one()
        if self.purpose == 'join':
            return self.signature_id.category
        return {'ratify': 'ratified', 'reconfirm': 'reconfirmed'}[self.purpose]

    def _renew(self, reader):
        """Send a new link in place of one that has expired, to the same person.

        :return: whether one was sent
        """
        self.ensure_one()
        link = self.sudo()
        link._lock()
        if link._get_obstacle(reader) != 'expired':
            return False
        self._issue(link.signature_id, link.partner_id, forwarded_by=link.forwarded_by_id)
        return True
