"""How the gate says no."""

from odoo.exceptions import ValidationError


class GateRefused(ValidationError):
    """A registration the gate does not let through.

    A caller over RPC gets the sentence as the message; JSON-2 and the web client also get
    ``{'code': ..., 'tier': ...}`` as the error's ``context``.

    :param refusal: a ``gate_codes.Refusal``
    """

    def __init__(self, refusal):
        super().__init__(refusal.reason)
        self.refusal = refusal
        self.context = {'code': refusal.code.value, 'tier': refusal.tier}

    @property
    def code(self):
        """The reason as a ``gate_codes.GateCode``."""
        return self.refusal.code
