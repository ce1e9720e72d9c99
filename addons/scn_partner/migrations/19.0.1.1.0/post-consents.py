"""Consents are records from this version on: those of accepted sign-ups are taken over."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env['scn.signup']._take_over_consents()
