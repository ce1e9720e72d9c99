from odoo import api, fields, models
from odoo.exceptions import UserError


class ScnAppointmentComment(models.Model):
    """What one side says to the other about the programme of a visit. Both read it; internal remarks stand elsewhere."""

    _name = 'scn.appointment.comment'
    _description = 'Comment on a Visit Programme'
    _order = 'id desc'

    appointment_id = fields.Many2one(
        'scn.appointment', string="Visit", required=True, index=True, ondelete='cascade', readonly=True
    )
    company_id = fields.Many2one(related='appointment_id.company_id', store=True, index=True)
    side = fields.Selection([('city', 'City'), ('foundation', 'We')], required=True, readonly=True)
    author_id = fields.Many2one('res.partner', readonly=True, index='btree_not_null')
    plan_number = fields.Integer(string="About version", readonly=True)
    text = fields.Text(required=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Staff speak for the foundation and in their own name, whatever was sent."""
        for vals in vals_list:
            if not self.env.su:
                vals.update({'side': 'foundation', 'author_id': self.env.user.partner_id.id})
            appointment = self.env['scn.appointment'].browse(vals.get('appointment_id'))
            vals['plan_number'] = appointment._get_latest_plan().number
            if not (vals.get('text') or '').strip():
                raise UserError(self.env._("Write what you would like to say."))
        return super().create(vals_list)
