import hashlib
import hmac

from odoo import api, fields, models
from odoo.exceptions import AccessError


class ScnErasureLog(models.Model):
    """That somebody was erased: when, by whom, how much, and what stays by law. Nothing names the person.

    The digest is HMAC-SHA256 under a secret of this database (``scn.signup.erasure``): with the person's address in
    hand it shows that this erasure was theirs; nobody reads an address out of it.
    """

    _name = 'scn.erasure.log'
    _description = 'Erasure of a Person'
    _order = 'erased_on desc, id desc'
    _rec_name = 'erased_on'

    erased_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one('res.users', string="By", readonly=True, default=lambda self: self.env.user)
    reason = fields.Char(readonly=True, help="Why, without names.")
    digest = fields.Char(readonly=True, index=True)
    outcome = fields.Json(readonly=True)
    outcome_text = fields.Text(string="What went", compute='_compute_outcome_text')
    kept_text = fields.Text(string="What stays by law", compute='_compute_outcome_text')

    @api.depends('outcome')
    def _compute_outcome_text(self):
        for log in self:
            outcome = log.outcome or {}
            names = {'files': self.env._("Files"), 'texts': self.env._("Texts that named the person")}
            log.outcome_text = "\n".join(
                f"{names.get(model) or self.env['ir.model']._get(model).name or model}: {count}"
                for model, count in outcome.get('erased', {}).items()
                if count
            )
            log.kept_text = "\n".join(outcome.get('kept', []))

    @api.model
    def _get_digest(self, email, name):
        text = f'person|{email or name}'
        secret = self.env['scn.signup.erasure']._get_secret()
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    @api.model
    def _open(self, person, reason):
        """Start the entry of an erasure, while the person's address is still known."""
        email, name = min(person.emails, default=''), min(person.names, default='')
        user = self.env['res.users'].browse(self.env.uid)
        return self.sudo().create(
            {'reason': reason or False, 'digest': self._get_digest(email, name), 'user_id': user.id}
        )

    def _close(self, outcome, kept):
        self.sudo().outcome = {'erased': outcome, 'kept': kept}

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("The log of erasures is written by erasures only."))
        return super().write(vals)
