"""scn-sync: brings sign-ups that arrive by e-mail into the sign-up inbox of an Odoo 19 server.

The package needs no Odoo on the machine it runs on. The path of one message is

    sources  →  mail_parser  →  extraction  →  models.SignupRecord  →  inbox (over a transport)

and every step returns values; only the modules in ``commands`` print.
"""

__version__ = "0.1.0"
