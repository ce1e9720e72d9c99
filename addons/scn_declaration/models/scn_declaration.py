from odoo import api, fields, models


class ScnDeclaration(models.Model):
    """A declaration that cities join, in versions. The public register is of one declaration."""

    _name = 'scn.declaration'
    _description = 'Declaration'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short name in addresses and files: small letters, digits and dashes.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company, index=True)
    user_id = fields.Many2one('res.users', string="Responsible", default=lambda self: self.env.user)
    version_ids = fields.One2many('scn.declaration.version', 'declaration_id', string="Versions")
    current_version_id = fields.Many2one(
        'scn.declaration.version',
        compute='_compute_current_version_id',
        store=True,
        string="Current text",
        help="The version published last.",
    )
    signature_ids = fields.One2many('scn.declaration.signature', 'declaration_id', string="Signatures")

    _code_unique = models.Constraint('UNIQUE (code)', "There is a declaration with this code already.")
    _code_form = models.Constraint(
        "CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$')",
        "A code consists of small letters, digits and dashes, such as sharing-cities.",
    )

    @api.depends('version_ids.state', 'version_ids.number')
    def _compute_current_version_id(self):
        for declaration in self:
            published = declaration.version_ids.filtered(lambda version: version.state == 'published')
            declaration.current_version_id = published.sorted('number')[-1:]

    def _start_reendorsement(self, earlier):
        """A new text is out: a task to ask each signatory of an earlier one. Nothing is sent, nothing changes.

        :param earlier: the versions that were current until now
        """
        signatures = self.env['scn.declaration.signature'].search(
            [('version_id', 'in', earlier.ids), ('category', 'in', ('provisional', 'signed'))]
        )
        signatures._propose_reconfirmation(
            self.env._(
                "There is a new text. The city stays on the one it joined until it reconfirms: propose it by mail."
            )
        )

    def _raise_alarm(self, problems):
        """One open task for the responsible person when the digests do not verify.

        :param problems: list of sentences
        """
        kind = self.env.ref('scn_declaration.mail_activity_type_broken_log')
        for declaration in self:
            if declaration.activity_ids.filtered(lambda activity: activity.activity_type_id == kind):
                continue
            declaration.activity_schedule(
                activity_type_id=kind.id,
                user_id=(declaration.user_id or self.env.user).id,
                date_deadline=fields.Date.context_today(self),
                note="\n".join(problems[:20]),
            )
