import base64

from odoo import fields, models
from odoo.exceptions import UserError


class ScnDeclarationDigestCheck(models.TransientModel):
    """Hold a digest that was kept outside against this database."""

    _name = 'scn.declaration.digest.check'
    _description = 'Check against a kept Digest'

    file = fields.Binary(string="Kept digest", attachment=False)
    file_name = fields.Char()
    outcome = fields.Text(readonly=True)
    is_whole = fields.Boolean(readonly=True)

    def action_check(self):
        """Say what differs; nothing is changed.

        :raises UserError: when the file is no kept digest
        """
        self.ensure_one()
        digests = self.env['scn.declaration.digest']
        digests.check_access('read')
        if not self.file:
            raise UserError(self.env._("Choose the kept file first."))
        try:
            content = base64.b64decode(self.file)
        except ValueError:
            content = b''
        problems = digests._verify_kept(content) + digests._verify()
        self.is_whole = not problems
        self.outcome = "\n".join(dict.fromkeys(problems)) or self.env._(
            "Whole: every log that this file names is still there, entry by entry."
        )
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Check against a kept digest"),
            'res_model': self._name,
            'res_id': self.id,
            'views': [(False, 'form')],
            'target': 'new',
        }
