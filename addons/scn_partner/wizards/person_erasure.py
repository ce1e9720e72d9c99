import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..matching_keys import person_name_key


class ScnPersonErasure(models.TransientModel):
    """What we keep of one person: look, hand it out, erase it after typing the name."""

    _name = 'scn.person.erasure'
    _description = 'What we keep of a Person'

    partner_id = fields.Many2one('res.partner', string="Contact", domain="[('is_company', '=', False)]")
    name = fields.Char()
    email = fields.Char(string="E-mail")
    preview = fields.Html(readonly=True, sanitize=False)
    shared_text = fields.Text(string="Shared with others", readonly=True)
    is_looked_up = fields.Boolean()
    reason = fields.Char(string="Why", help="Without names, e.g. request of 3 May. It stays in the log.")
    confirmation = fields.Char(string="Type the person's name to erase", help="This cannot be undone.")
    json_file = fields.Binary(string="For programs", readonly=True, attachment=False)
    json_name = fields.Char(default='personal-data.json')
    html_file = fields.Binary(string="To read and print", readonly=True, attachment=False)
    html_name = fields.Char(default='personal-data.html')

    def _check_manager(self):
        """
        :raises AccessError: for anybody but a manager
        """
        if not self.env.user.has_group('scn_partner.group_scn_manager'):
            raise AccessError(self.env._("Only managers of Sharing Cities look up and erase what is kept of a person."))

    @api.onchange('partner_id')
    def _onchange_partner_id(self):
        if self.partner_id:
            self.name, self.email = self.partner_id.name, self.partner_id.email
        self.is_looked_up = False

    @api.onchange('name', 'email')
    def _onchange_identity(self):
        self.is_looked_up = False

    def write(self, vals):
        """Whoever is named anew has to be looked up anew, also by a client without a form."""
        if {'partner_id', 'name', 'email'} & vals.keys():
            vals = {**vals, 'is_looked_up': False}
        return super().write(vals)

    def _find_person(self):
        data = self.env['scn.personal.data'].sudo()
        return data._find_person(self.partner_id, self.name, self.email)

    def action_look_up(self):
        """Show what an erasure will do. Changes nothing.

        :raises AccessError: for anybody but a manager
        :raises UserError: when the person cannot be told from others
        """
        self._check_manager()
        self.ensure_one()
        person = self._find_person()
        rows = self.env['scn.personal.data'].sudo()._prepare_preview(person)
        shared = sorted(person.shared_emails | person.shared_phones | person.shared_names)
        self.write(
            {
                'preview': self._render_preview(rows),
                'shared_text': ", ".join(shared) or False,
                'is_looked_up': True,
                'json_file': False,
                'html_file': False,
            }
        )
        return self._reopen()

    def _render_preview(self, rows):
        if not rows:
            return Markup("<p>%s</p>") % self.env._("Nothing is kept of this person.")
        titles = {
            'goes': self.env._("Goes"),
            'blanked': self.env._("Stays without the person"),
            'traces': self.env._("The person is taken out of"),
            'stays': self.env._("Stays, by law"),
            'unread': self.env._("Look by hand"),
        }
        body = Markup("")
        for kind, title in titles.items():
            of_kind = [row for row in rows if row['kind'] == kind]
            if not of_kind:
                continue
            body += Markup('<h4 class="mt-3">%s</h4><ul>') % title
            for row in of_kind:
                names = f": {', '.join(row['records'][:20])}" if row['records'] else ""
                body += Markup("<li><b>%s</b> (%s)%s <span class='text-muted'>%s</span></li>") % (
                    row['title'], row['count'], names, row['reason'],
                )  # fmt: skip
            body += Markup("</ul>")
        return body

    def action_export(self):
        """Make the two files for the person.

        :raises AccessError: for anybody but a manager
        """
        self._check_manager()
        self.ensure_one()
        data = self.env['scn.personal.data'].sudo()
        export = data._prepare_export(self._find_person())
        self.write(
            {
                'json_file': base64.b64encode(data._render_export_json(export)),
                'html_file': base64.b64encode(data._render_export_html(export)),
            }
        )
        return self._reopen()

    def action_erase(self):
        """Erase the person, after the name was typed.

        :raises AccessError: for anybody but a manager
        :raises UserError: when the preview was not looked at, or something else was typed
        """
        self._check_manager()
        self.ensure_one()
        if not self.is_looked_up:
            raise UserError(self.env._("Look at what will go and what stays first."))
        if person_name_key(self.confirmation) != person_name_key(self.name) or not person_name_key(self.name):
            raise UserError(self.env._("Type the name exactly as above to erase this person."))
        person = self._find_person()
        reason = self.reason
        own = self.sudo()
        log = self.env['scn.personal.data'].sudo()._erase(person, reason)
        own.exists().unlink()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_partner.scn_erasure_log_action')
        return {**action, 'views': [(False, 'form')], 'res_id': log.id, 'target': 'main'}

    def _reopen(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("What we keep of a person"),
            'res_model': self._name,
            'res_id': self.id,
            'view_mode': 'form',
            'target': 'new',
        }
