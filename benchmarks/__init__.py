"""Measurements of the suite on a real Odoo and a real database; see README.md."""
