from odoo import api, fields, models
from odoo.exceptions import AccessError

#: The columns that say what happened; the payload says the same, and ``verify`` compares.
TRIGGER = """
CREATE OR REPLACE FUNCTION scn_declaration_log_is_append_only() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'scn_declaration_log is append only';
END $$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS scn_declaration_log_append_only ON scn_declaration_log;
CREATE TRIGGER scn_declaration_log_append_only
    BEFORE UPDATE OF signature_id, number, move, at, payload, prev_hash, hash OR DELETE ON scn_declaration_log
    FOR EACH ROW EXECUTE FUNCTION scn_declaration_log_is_append_only();
"""


class ScnDeclarationLog(models.Model):
    """Append only: one entry per move of a signature, each naming the hash of the one before.

    The hash is SHA-256 of ``payload``, which is canonical JSON (see ``canonical.py``) without personal values.
    """

    _name = 'scn.declaration.log'
    _description = 'Log of a Signature'
    _order = 'signature_id, number'
    _rec_name = 'number'

    signature_id = fields.Many2one(
        'scn.declaration.signature', required=True, readonly=True, index=True, ondelete='restrict'
    )
    company_id = fields.Many2one(related='signature_id.company_id', store=True)
    number = fields.Integer(required=True, readonly=True)
    move = fields.Selection(
        [
            ('open', 'Interest noted'),
            ('review', 'Taken into review'),
            ('start_validation', 'Put into political validation'),
            ('validate', 'Politically validated'),
            ('sign', 'Joined'),
            ('join_provisionally', 'Joined provisionally'),
            ('ratify', 'Confirmed by its body'),
            ('extend', 'Decision expected later'),
            ('reconfirm', 'Reconfirmed on the current text'),
            ('decline', 'Declined'),
            ('withdraw', 'Withdrawn'),
            ('annul', 'Annulled'),
            ('correct', 'Corrected'),
            ('reserve', 'Reservation'),
            ('import', 'Taken over from an earlier list'),
            ('merge', 'Contacts merged'),
            ('erase', 'Personal values erased'),
        ],
        required=True,
        readonly=True,
    )
    at = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one('res.users', string="By", readonly=True, ondelete='restrict')
    payload = fields.Text(required=True, readonly=True, help="Canonical JSON: what the hash is taken of.")
    prev_hash = fields.Char(string="Hash before", required=True, readonly=True)
    hash = fields.Char(required=True, readonly=True)
    value_ids = fields.One2many('scn.declaration.log.value', 'log_id', groups='scn_partner.group_scn_manager')

    _number_unique = models.Constraint('UNIQUE (signature_id, number)', "This entry was made already.")

    def init(self):
        """The database refuses to change an entry too; whoever takes the trigger away meets ``verify``."""
        self.env.cr.execute(TRIGGER)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Entries of the log are made by moves only."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("The log is append only: an entry never changes."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("The log is append only: an entry is never deleted."))
