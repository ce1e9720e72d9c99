from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.scn_partner.free_text import TooLongError, one_line, several_lines
from odoo.addons.scn_partner.models.scn_contact_role_rights import ACT_ON_DECLARATION

from .scn_declaration_link import PURPOSES

NAME_LENGTH, NOTE_LENGTH = 150, 4000
#: What a city can do about its signature, by the category the signature is in.
CITY_PURPOSES = {
    'interest': 'join',
    'review': 'join',
    'validation': 'join',
    'provisional': 'ratify',
    'signed': 'reconfirm',
}


class ScnDeclarationSignature(models.Model):
    """What a city's people do themselves, by link or signed in. Both ways end here, and here in the moves.

    Called with the superuser's rights, because neither the public nor portal users have any on signatures: the caller
    has proved who acts (``scn.declaration.link``, or the role of the signed-in contact), every value is read by name,
    and the moves check the rest.
    """

    _inherit = 'scn.declaration.signature'

    link_ids = fields.One2many('scn.declaration.link', 'signature_id', string="Links to the city")
    city_purpose = fields.Selection(PURPOSES, string="Expected of the city", compute='_compute_city_purpose')

    @api.depends('category', 'version_id', 'declaration_id.current_version_id')
    def _compute_city_purpose(self):
        for signature in self:
            signature.city_purpose = signature._get_city_purpose()

    def _get_city_purpose(self):
        """What is expected of the city now: ``join``, ``ratify``, ``reconfirm``, or None for nothing."""
        self.ensure_one()
        purpose = CITY_PURPOSES.get(self.category)
        if purpose == 'reconfirm' and self.version_id == self.declaration_id.current_version_id:
            return None
        return purpose

    def _get_city_version(self):
        """The text that the next act of the city is about."""
        self.ensure_one()
        is_reconfirming = self._get_city_purpose() == 'reconfirm'
        return self.declaration_id.current_version_id if is_reconfirming else self.version_id

    def _get_acting_contacts(self):
        """Who may act for the city by their current role: political leads first."""
        self.ensure_one()
        acting = self.env['scn.contact.role']._get_roles_with(ACT_ON_DECLARATION)
        roles = self.sudo().partner_id.contact_role_ids.filtered(lambda role: role.is_current and role.role in acting)
        return roles.sorted(lambda role: (acting.index(role.role), role.id)).contact_id

    # -- the act ---------------------------------------------------------------------------------------------------

    def _prepare_city_statement(self, purpose, version, form):
        """Read a form of the act page; every field by name, whatever else was posted.

        :param dict form: texts as posted
        :return: dict ``name``, ``function``, ``final``, ``ratify_before``, ``body``, ``on``, ``reservations``,
            ``publish_name``
        :raises UserError: one clear sentence about the first thing that is missing or wrong
        """
        self.ensure_one()
        line = self._read_city_line
        statement = {
            'name': line(form, 'name'),
            'function': line(form, 'function'),
            'publish_name': form.get('publish_name') == 'yes',
            'body': line(form, 'body'),
            'final': purpose != 'join' or (form.get('how') == 'final' and not self.ratification_needed),
            'ratify_before': self._read_city_date(form, 'ratify_before'),
            'on': self._read_city_date(form, 'decided_on') if purpose == 'ratify' else None,
            'reservations': self._read_city_note(version, form) if purpose != 'ratify' else [],
        }
        self._check_city_statement(purpose, statement, form)
        return statement

    def _check_city_statement(self, purpose, statement, form):
        today = fields.Date.context_today(self)
        if not statement['name']:
            raise UserError(self.env._("Please fill in your name."))
        if not statement['function']:
            raise UserError(self.env._("Please fill in your function, such as “Deputy mayor”."))
        if form.get('agrees') != 'yes':
            if purpose == 'ratify':
                raise UserError(self.env._("Please tick that your council has confirmed the decision."))
            raise UserError(self.env._("Please tick that your city's political representatives agree."))
        if purpose == 'join' and form.get('how') not in ('final', 'provisional'):
            raise UserError(self.env._("Please choose how your city joins."))
        if not statement['final'] and not (statement['ratify_before'] and statement['ratify_before'] > today):
            raise UserError(self.env._("Please fill in by when you expect the decision: a day after today."))
        if statement['on'] and not (self.joined_on or today) <= statement['on'] <= today:
            raise UserError(
                self.env._(
                    "Please check the day of the decision: not before %(joined)s and not after today.",
                    joined=self.joined_on or today,
                )
            )

    def _read_city_line(self, form, field, limit=NAME_LENGTH):
        try:
            return one_line(form.get(field), limit)
        except TooLongError as error:
            raise UserError(
                self.env._("One of your answers is too long: please use at most %(limit)s characters.", limit=limit)
            ) from error

    def _read_city_date(self, form, field):
        try:
            text = one_line(form.get(field), 40)
            return fields.Date.to_date(text) if text else None
        except ValueError as error:
            raise UserError(self.env._("Please write the day as year-month-day, such as 2018-11-16.")) from error

    def _read_city_note(self, version, form):
        """The optional note to an article; an article of another text is no article."""
        try:
            note = several_lines(form.get('note'), NOTE_LENGTH)
        except TooLongError as error:
            raise UserError(
                self.env._("Your note is too long: please use at most %(limit)s characters.", limit=NOTE_LENGTH)
            ) from error
        if not note:
            return []
        article = version.article_ids.filtered(lambda article: str(article.id) == form.get('article'))
        if not article:
            raise UserError(self.env._("Please choose the article that your note is about."))
        visibility = 'public' if form.get('visibility') == 'public' else 'internal'
        return [{'article_id': article.id, 'note': note, 'visibility': visibility}]

    def _act_for_city(self, purpose, version, form, lang, source):
        """Do what the city decided: one act, under the lock of the signature.

        :param str purpose: what the page asked for; the signature may have moved on since
        :param version: the text that was shown
        :param dict form: see ``_prepare_city_statement``
        :param str lang: language in which the text was read
        :param str source: how we know who acted, for the evidence
        :return: whether it was done; False when the signature has moved on or the text is another one by now
        :raises UserError: one clear sentence
        """
        self.ensure_one()
        self._lock()
        if self._get_city_purpose() != purpose or self._get_city_version() != version:
            return False
        statement = self._prepare_city_statement(purpose, version, form)
        evidence = {'kind': 'portal', 'lang': lang, 'source': source}
        person = {'name': statement['name'], 'function': statement['function'], 'evidence': evidence}
        consent = {'publish_name': statement['publish_name']}
        if purpose == 'ratify':
            self._ratify(**person, on=statement['on'], **consent)
        elif purpose == 'reconfirm':
            self._reconfirm(**person, reservations=statement['reservations'], **consent)
        else:
            self._join_for_city(statement, {**person, **consent})
        return True

    def _join_for_city(self, statement, stated):
        if self.category == 'interest':
            self._review()
        if self.category == 'review':
            self._start_validation()
        if statement['final']:
            self._sign(reservations=statement['reservations'], **stated)
            return
        body = {'ratification_body': statement['body']} if statement['body'] else {}
        self._join_provisionally(
            reservations=statement['reservations'], ratify_before=statement['ratify_before'], **stated, **body
        )

    def _after_move(self, move):  # pylint: disable=missing-return
        """A link for what is no longer expected says so, also where staff or a colleague made the move."""
        result = super()._after_move(move)
        purpose, version = self._get_city_purpose(), self._get_city_version()
        self.sudo().link_ids.filtered(
            lambda link: link.state in ('open', 'requested') and (link.purpose, link.version_id) != (purpose, version),
        ).write({'state': 'overtaken'})
        return result

    # -- the page --------------------------------------------------------------------------------------------------

    def _prepare_city_act_page(self, purpose, version, lang=None, form=None):
        """What the act page shows, for reading in one language.

        :param str lang: language asked for; the city's own without
        :param dict form: what was posted before, to be shown again
        :return: dict for the template ``scn_declaration.act_form``
        """
        self.ensure_one()
        signature, version = self.sudo(), version.sudo()
        text = version.text_ids._pick(lang or signature.lang or self.env.lang)
        languages = self.env['res.lang'].sudo().with_context(active_test=False)
        languages = languages.search([('code', 'in', version.text_ids.mapped('lang'))], order='name')
        return {
            'signature': signature,
            'city': signature.partner_id,
            'purpose': purpose,
            'version': version,
            'text': text,
            'text_lang': languages.filtered(lambda language: language.code == text.lang),
            'text_languages': languages,
            'articles': [(article, article._get_text(text.lang)) for article in version.article_ids.sorted('number')],
            'form': form or {},
            'today': fields.Date.context_today(self),
        }
