from odoo import fields, models


class ScnDeclarationDigest(models.Model):
    """The fingerprint of all logs on a day, published and kept outside the database."""

    _name = 'scn.declaration.digest'
    _description = 'Daily Digest of the Logs'
    _order = 'date desc'
    _rec_name = 'date'

    date = fields.Date(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    signature_count = fields.Integer(readonly=True)
    heads_hash = fields.Char(required=True, readonly=True, help="SHA-256 over the heads of all logs, in order.")
    changed = fields.Text(readonly=True, help="Canonical JSON: the heads that changed since the digest before.")
    previous = fields.Char(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)

    _date_unique = models.Constraint('UNIQUE (date)', "There is a digest of this day already.")
