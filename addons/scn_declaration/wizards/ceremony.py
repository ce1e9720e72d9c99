from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.scn_declaration_evidence_strength import EVIDENCE_KINDS


class ScnDeclarationCeremony(models.TransientModel):
    """Many cities join on one day: one form, one evidence each, all or nothing."""

    _name = 'scn.declaration.ceremony'
    _description = 'Ceremony'

    declaration_id = fields.Many2one(
        'scn.declaration', required=True, default=lambda self: self.env['scn.declaration'].search([], limit=1)
    )
    occasion = fields.Char(required=True, help="Stands as the source of the evidence, e.g. Summit 2018, opening.")
    on = fields.Date(string="Day", required=True, default=fields.Date.context_today)
    evidence_kind = fields.Selection(EVIDENCE_KINDS, string="Shown by", required=True, default='letter')
    line_ids = fields.One2many('scn.declaration.ceremony.line', 'ceremony_id', string="Cities")

    @api.model
    def default_get(self, names):
        """The selected signatures, or all that are in political validation."""
        values = super().default_get(names)
        signatures = self.env['scn.declaration.signature']
        if self.env.context.get('active_model') == signatures._name:
            signatures = signatures.browse(self.env.context.get('active_ids') or []).exists()
        else:
            signatures = signatures.search(
                [('category', '=', 'validation'), ('declaration_id', '=', values.get('declaration_id'))]
            )
        open_ones = signatures.filtered(lambda signature: signature.category in ('interest', 'review', 'validation'))
        if open_ones:
            values['declaration_id'] = open_ones[0].declaration_id.id
        values['line_ids'] = [
            fields.Command.create(
                {
                    'signature_id': signature.id,
                    'how': 'provisional' if signature.ratification_needed else 'signed',
                    'signatory_name': signature.signatory_name,
                    'signatory_function': signature.signatory_function,
                }
            )
            for signature in open_ones
        ]
        return values

    def action_join(self):
        """Every city of the list joins; if one cannot, none does and the sentence names it.

        :return: the list of these signatures, from where their certificates are one print
        :raises UserError: when a city cannot join
        """
        self.ensure_one()
        self.line_ids.signature_id._check_officer()
        if not self.line_ids:
            raise UserError(self.env._("Choose the cities first."))
        for line in self.line_ids:
            line._join()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_declaration.scn_declaration_signature_action')
        action['domain'] = [('id', 'in', self.line_ids.signature_id.ids)]
        action['view_mode'] = 'list,form'
        action['views'] = [(False, 'list'), (False, 'form')]
        return action


class ScnDeclarationCeremonyLine(models.TransientModel):
    """One city at a ceremony."""

    _name = 'scn.declaration.ceremony.line'
    _description = 'City at a Ceremony'

    ceremony_id = fields.Many2one('scn.declaration.ceremony', required=True, ondelete='cascade', index=True)
    declaration_id = fields.Many2one(related='ceremony_id.declaration_id')
    signature_id = fields.Many2one(
        'scn.declaration.signature',
        string="City",
        required=True,
        ondelete='cascade',
        domain="[('declaration_id', '=', declaration_id), ('category', 'in', ('interest', 'review', 'validation'))]",
    )
    how = fields.Selection(
        [('signed', 'Joins'), ('provisional', 'Joins provisionally')], required=True, default='signed'
    )
    signatory_name = fields.Char(string="Who speaks for the city", required=True)
    signatory_function = fields.Char(string="Function")
    publish_name = fields.Boolean(string="Name may be published")
    evidence_kind = fields.Selection(EVIDENCE_KINDS, string="Shown by", help="As for all, unless another is chosen.")
    evidence_file = fields.Binary(string="File", attachment=False)
    evidence_file_name = fields.Char()

    def _join(self):
        """Bring the city to validation if it is not there yet, then join."""
        self.ensure_one()
        signature, on = self.signature_id, self.ceremony_id.on
        if signature.category == 'interest':
            signature._review(on=max(signature.opened_on, on))
        if signature.category == 'review':
            signature._start_validation(on=max(signature.opened_on, on))
        join = signature._sign if self.how == 'signed' else signature._join_provisionally
        join(
            self.signatory_name,
            self.signatory_function,
            evidence={
                'kind': self.evidence_kind or self.ceremony_id.evidence_kind,
                'date': on,
                'source': self.ceremony_id.occasion,
                'lang': signature.lang,
                'file': self.evidence_file,
                'file_name': self.evidence_file_name,
            },
            on=on,
            publish_name=self.publish_name or signature.publish_name,
        )
