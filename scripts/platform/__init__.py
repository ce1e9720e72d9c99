"""Gets Odoo and PostgreSQL, builds the demo and runs the tests: `python3 -m scripts.platform`."""
