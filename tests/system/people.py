"""Users of a server under test, as clients."""

from __future__ import annotations

from typing import Any

from .odoo_client import Client

_CREATE = """
from datetime import timedelta
from odoo import fields
users = {{}}
expiry = fields.Datetime.now() + timedelta(days=30)
for login, group in {people!r}.items():
    user = env['res.users'].with_context(no_reset_password=True).create({{
        'name': login, 'login': login, 'group_ids': [(6, 0, env.ref(group).ids)],
    }})
    key = env['res.users.apikeys'].with_user(user).sudo()._generate('rpc', 'test', expiry)
    users[login] = (user.id, key)
answer = users
env.cr.commit()
"""

BOT = "scn_partner.group_scn_sync_bot"
OFFICER = "scn_partner.group_scn_officer"
MANAGER = "scn_partner.group_scn_manager"


def new_people(server: Any, **people: str) -> dict[str, Client]:
    """Create users, `login="xml id of their only group"`, each with an API key and no password."""
    created = server.shell(_CREATE.format(people=people))
    return {
        login: Client(server.url, server.database, uid, key)
        for login, (uid, key) in created.items()
    }
