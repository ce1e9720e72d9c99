from odoo import fields, models


class ScnEntitlementUse(models.Model):
    """One use of an entitlement, for one real record: a session, a visit. Gone when it was given back."""

    _name = 'scn.entitlement.use'
    _description = 'Use of an Entitlement'
    _order = 'id desc'

    entitlement_id = fields.Many2one('scn.entitlement', required=True, readonly=True, index=True, ondelete='cascade')
    res_model = fields.Char(string="Record model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record",
        model_field='res_model',
        required=True,
        readonly=True,
    )

    _record_unique = models.Constraint('UNIQUE (res_model, res_id)', "This record already uses a benefit.")
