"""The gate in Odoo's external API: the automation user's key opens its four methods and nothing else.

Odoo lets any authenticated user call every public method of every model, whatever the model's access rights.
Hundreds of them answer without looking at rights, some write (a sequence number of the accounts, cron triggers)
or fetch an address that the caller names, and every further addon brings more. A list of refusals would never
be complete, so everything is refused but four. XML-RPC and JSON-RPC have no hook between finding the user and
calling the method, hence this one patch; JSON-2 and all pages go through ``ir.http`` (``models/ir_http.py``).
"""

from functools import wraps

from odoo.service import model as service


def install():
    """Put the gate before ``call_kw``, once per process; databases without this addon are not concerned."""
    if hasattr(service.call_kw, '_scn_gate'):
        return
    call_kw = service.call_kw

    @wraps(call_kw)
    def gated_call_kw(model, name, args, kwargs):
        users = model.env['res.users']
        if hasattr(users, '_check_call_is_for_sync'):
            users._check_call_is_for_sync(model._name, name)
        return call_kw(model, name, args, kwargs)

    gated_call_kw._scn_gate = True
    service.call_kw = gated_call_kw
