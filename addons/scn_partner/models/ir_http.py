from odoo import models
from odoo.exceptions import AccessError
from odoo.http import request

JSON2_ROUTE = '/json/2/<__model__>/<__method__>'


class IrHttp(models.AbstractModel):
    """No page and no route for the automation user, JSON-2 with the four methods apart."""

    _inherit = 'ir.http'

    @classmethod
    def _pre_dispatch(cls, rule, args):
        super()._pre_dispatch(rule, args)
        if not request.env.uid or not request.env.user._is_sync_bot():
            return
        if rule.rule != JSON2_ROUTE:
            raise AccessError(request.env._("The automation user cannot open pages."))
        request.env['res.users']._check_call_is_for_sync(args['__model__'], args['__method__'])
