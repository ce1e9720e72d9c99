"""An invented person who has everything, and a search that finds her in every column and every file.

Her name is found by its beginning in small ASCII letters, which accents, capitals, quoted-printable, percent signs and
JSON escapes leave as it is; base64 is searched for at its three alignments. The search shares nothing with the code
under test.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

NAME = "Zoë Quillföther"
EMAIL = "zoe.quillfoether@quillport.example"
PHONE = "+44 1632 960 777"
PORTAL_PASSWORD = "zoe-quillfoether-password"
MARK = "quillf"
DIGITS = "1632960777"

MAIL = f"""From: =?utf-8?q?Zo=C3=AB_Quillf=C3=B6ther?= <{EMAIL}>
To: Sharing Cities Action <join@sharingcities.example>
Subject: Joining the task force
Date: Mon, 02 Sep 2019 09:01:00 +0200
Message-ID: <whole-person-001@quillport.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Dear colleagues,

we would like to join the task force. Below are our contact details.

Unit: Department of Economy
Name: {NAME}
Position: Policy adviser
E-mail: {EMAIL}
Phone: {PHONE}
City: Quillport
Country: United Kingdom

We agree that you store these contact details and use them to send us news and invitations.

Kind regards,
{NAME}
"""

_EVERYTHING = """
import base64, json
from datetime import timedelta
from odoo import fields
from odoo.fields import Command

name, email, phone, password = {name!r}, {email!r}, {phone!r}, {password!r}
person = env['res.partner'].search([('email', '=', email)])
assert len(person) == 1 and person.name == name, person
city = person.commercial_partner_id
person.write({{'phone': phone, 'comment': '<p>%s likes tea</p>' % name, 'function': 'Adviser (%s)' % name}})
person.image_1920 = env.user.partner_id.image_1920
user = env['res.users'].with_context(no_reset_password=True).create({{
    'name': name, 'login': email, 'password': password, 'partner_id': person.id,
    'group_ids': [Command.set(env.ref('base.group_portal').ids)], 'signature': '<p>%s</p>' % name,
}})
expiry = fields.Datetime.now() + timedelta(days=30)
env['res.users.apikeys'].with_user(user).sudo()._generate('rpc', 'key of ' + name, expiry)

# roles, consents, a colleague and a twin at another city
env['scn.contact.role'].create([
    {{'organisation_id': city.id, 'contact_id': person.id, 'role': role}} for role in ('political_lead', 'finance')])
person._give_consent('recordings', scope='public', evidence='Letter of ' + name)
env['res.partner'].create({{'name': 'Bo Hill', 'email': 'bo.hill@quillport.example', 'parent_id': city.id}})
elsewhere = env['res.partner'].create({{'name': 'Elsewhere', 'is_city': True}})
env['res.partner'].create({{'name': name, 'email': email, 'parent_id': elsewhere.id}})

# events: registrations past and to come, a waiting entry, a proposal
now = fields.Datetime.now()
begin = now.replace(minute=0, second=0, microsecond=0)
events = env['event.event'].create([
    {{'name': 'Past', 'date_begin': begin - timedelta(days=9), 'date_end': begin - timedelta(days=8)}},
    {{'name': 'To come', 'date_begin': begin + timedelta(days=8), 'date_end': begin + timedelta(days=9),
      'seats_limited': True, 'seats_max': 1}},
])
for event in events:
    env['event.registration'].create({{
        'event_id': event.id, 'name': name, 'email': email, 'phone': phone, 'partner_id': person.id,
        'company_name': 'Office of ' + name, 'scn_override_reason': 'Let in by hand, ask ' + name}})
env['scn.event.waiting'].create({{'event_id': events[1].id, 'city_id': city.id, 'name': name, 'email': email,
    'phone': phone, 'partner_id': person.id}})
env['event.track'].create({{'name': 'How we share', 'event_id': events[1].id, 'partner_id': person.id,
    'partner_name': name, 'partner_email': email, 'partner_phone': phone, 'contact_email': email,
    'contact_phone': phone, 'partner_biography': '<p>%s was born</p>' % name,
    'description': '<p>%s will tell</p>' % name.upper()}})
if 'scn.appointment' in env:
    appointment = env['scn.appointment'].create({{'kind': 'one_on_one', 'city_id': city.id,
        'start': begin + timedelta(days=3), 'stop': begin + timedelta(days=3, hours=1),
        'contact_ids': [Command.set(person.ids)], 'topic': 'Advice for ' + name,
        'note_internal': '<p>Call %s on %s</p>' % (name, phone)}})
env['calendar.event'].create({{'name': 'Call with ' + name, 'start': begin, 'stop': begin + timedelta(hours=1),
    'partner_ids': [Command.set(person.ids)], 'description': email}})

recording = env['scn.event.recording'].create({{'name': 'Talk of ' + name, 'event_id': events[0].id,
    'url': 'https://video.example/1', 'shown_ids': [Command.set(person.ids)], 'access': 'public'}})
recording.sudo().write({{'is_published': True}})

# the Declaration: signatory and evidence
signature = env['scn.declaration.signature'].create({{'partner_id': city.id}})
signature._review()
signature._start_validation()
signature._validate(name, 'Adviser', evidence={{'kind': 'email', 'source': 'Mail of ' + name,
    'file': base64.b64encode(('From: %s <%s>' % (name, email)).encode()), 'file_name': name + '.txt'}})
signature._sign('Mayor Somebody', 'Mayor', publish_name=True)
env['scn.declaration.link'].sudo().create({{'signature_id': signature.id, 'version_id': signature.version_id.id,
    'purpose': 'reconfirm', 'state': 'requested', 'expires_on': expiry, 'requested_name': name,
    'requested_function': 'Adviser', 'requested_email': email}})

# trade: a signed order, an invoice to the person with its PDF, a draft
product = env['product.product'].create({{'name': 'Workshop', 'type': 'service', 'list_price': 10}})
order = env['sale.order'].create({{'partner_id': person.id,
    'order_line': [Command.create({{'product_id': product.id}})], 'note': '<p>For %s</p>' % name}})
order.write({{'signed_by': name, 'signed_on': now,
    'signature': env.user.partner_id.image_1920 or base64.b64encode(b'x')}})
order.action_confirm()
invoice = env['account.move'].create({{'move_type': 'out_invoice', 'partner_id': person.id,
    'invoice_date': '2026-01-05',
    'invoice_line_ids': [Command.create({{'product_id': product.id, 'price_unit': 10, 'tax_ids': []}})]}})
invoice.action_post()
files = {{key: base64.b64decode(value) for key, value in json.loads({files!r}).items()}}
Attachment = env['ir.attachment']
Attachment.create({{'name': 'Invoice %s.pdf' % name, 'raw': files['pdf'], 'res_model': 'account.move',
    'res_id': invoice.id, 'mimetype': 'application/pdf'}})

# messages, mails, followers, tasks, files
person.message_post(body='A note about ' + name)
city.with_user(user).sudo().message_post(body='Hello, this is ' + name, author_id=person.id, message_type='comment')
city.message_post(body='Spoke to %s (%s, 01632 960777)' % (name.upper(), email), subject=name)
city.message_subscribe(person.ids)
city.write({{'comment': '<p>Ask Zo&euml; Quillföther; mailto:{quoted}</p>'}})
env['mail.tracking.value'].create({{'mail_message_id': city.message_ids[0].id, 'new_value_char': name,
    'field_id': env['ir.model.fields']._get('res.partner', 'name').id}})
env['mail.mail'].create({{'subject': 'To ' + name, 'body_html': '<p>Dear %s</p>' % name, 'email_to': email,
    'headers': json.dumps({{'X-To': name}})}})
city.activity_schedule('mail.mail_activity_data_todo', summary='Call ' + name, note=phone, user_id=env.user.id)
env['mail.blacklist']._add(email)
if 'crm.lead' in env:
    env['crm.lead'].create({{'name': 'Request of ' + name, 'contact_name': name, 'email_from': email, 'phone': phone}})
env['privacy.log'].create({{'anonymized_name': name, 'anonymized_email': email, 'additional_note': 'Asked by ' + name}})
env['bus.bus'].sudo().create({{'channel': 'test', 'message': json.dumps({{'from': name}})}})
env['ir.logging'].sudo().create({{'name': 'x', 'type': 'server', 'dbname': 'x', 'level': 'INFO', 'path': 'x',
    'func': 'x', 'line': '1', 'message': 'Refused for ' + name}})
for key, mimetype, ending in (('text', 'text/plain', 'txt'), ('pdf', 'application/pdf', 'pdf'),
                              ('zip', 'application/octet-stream', 'docx'), ('gz', 'application/gzip', 'gz'),
                              ('eml', 'message/rfc822', 'eml')):
    Attachment.create({{'name': 'Zoe_Quillfother.' + ending, 'raw': files[key], 'mimetype': mimetype,
        'res_model': 'res.partner', 'res_id': city.id}})
Attachment.create({{'name': 'plain name.csv', 'raw': files['text'], 'mimetype': 'text/csv', 'res_model': 'res.partner',
    'res_id': city.id}})
env.cr.commit()
answer = {{'recording': recording.id, 'person': person.id,
    'city': city.id, 'signature': signature.id, 'user': user.id, 'invoice': invoice.id,
    'others': env['scn.declaration.log.value'].search_count([('value', '=', 'Mayor Somebody')])}}
"""


def files() -> dict[str, str]:
    """Files that hold her name: plain, in a PDF's stream, packed, compressed, in a mail; as base64."""
    text = f"name;mail;phone\n{NAME};{EMAIL};{PHONE}\n".encode()
    stream = zlib.compress(f"BT ({EMAIL}) Tj ET".encode())
    pdf = b"%PDF-1.4\n1 0 obj<</Filter/FlateDecode>>stream\n"
    pdf += stream + b"\nendstream endobj\n%EOF"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:t>{NAME}</w:t>")
    mail = b"From: x@y.example\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(
        b"Some words before it, so that it is long enough. " + text
    )
    contents = {
        "text": text,
        "pdf": pdf,
        "zip": packed.getvalue(),
        "gz": gzip.compress(text),
        "eml": mail,
    }
    return {name: base64.b64encode(content).decode() for name, content in contents.items()}


def give_everything(server: Any) -> dict[str, int]:
    """Give the person, who is an accepted sign-up, everything else; ids of what the tests look at."""
    import json

    code = _EVERYTHING.format(
        name=NAME,
        email=EMAIL,
        phone=PHONE,
        password=PORTAL_PASSWORD,
        files=json.dumps(files()),
        quoted=EMAIL.replace("@", "%40"),
    )
    return dict(server.shell(code))


# -- the search --------------------------------------------------------------------------------------------------


def _base64_marks() -> list[str]:
    """What stands in base64 where her name stands in the text, whatever comes before it."""
    marks = []
    for word in ("Quillf", "quillf", "QUILLF"):
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + word.encode()).decode().rstrip("=")
            marks.append(encoded[(0, 2, 3)[shift] : 8 if shift == 0 else 7])
    return [mark for mark in marks if len(mark) >= 4]


def find_rows(server: Any) -> dict[str, list[int]]:
    """Every row of every table that holds her name, address or number: ids by `table.column`."""
    columns = server.sql(
        """
        SELECT c.table_name, c.column_name, c.udt_name,
               EXISTS (SELECT FROM information_schema.columns i
                        WHERE i.table_name = c.table_name AND i.column_name = 'id' AND i.table_schema = 'public')
          FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE t.table_type = 'BASE TABLE' AND c.table_schema = 'public'
           AND c.udt_name IN ('text', 'varchar', 'bpchar', 'json', 'jsonb', 'bytea', '_text', '_varchar')
        """
    )
    found: dict[str, list[int]] = {}
    # longer than a chance: the name whole in base64
    marks = [
        base64.b64encode(NAME.encode()).decode()[:12],
        base64.b64encode(EMAIL.encode()).decode()[:16],
    ]
    for table, column, kind, has_id in columns:
        text = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
        rows = server.sql(
            f'SELECT {"id" if has_id else "0"} FROM "{table}" WHERE {text} ILIKE %s'
            f" OR regexp_replace({text}, '[ ().+-]', '', 'g') LIKE %s"
            f" OR {text} LIKE ANY (%s) ORDER BY 1",
            (f"%{MARK}%", f"%{DIGITS}%", [f"%{mark}%" for mark in marks]),
        )
        if rows:
            found[f"{table}.{column}"] = [row[0] for row in rows]
    return found


def find_files(server: Any) -> list[str]:
    """Every file of the filestore that holds her, packed or not, and every stored session of this database: paths."""
    folder = Path(server.platform.data_folder)
    stored = sorted((folder / "filestore" / server.database).rglob("*"))
    # servers of other tests keep their sessions in the same folder
    database = f'"db": "{server.database}"'.encode()
    sessions = [
        path
        for path in sorted((folder / "sessions").rglob("*"))
        if path.is_file() and database in path.read_bytes()
    ]
    return [
        str(path.relative_to(folder))
        for path in [*stored, *sessions]
        if path.is_file() and _holds(path.read_bytes())
    ]


def _holds(content: bytes) -> bool:
    if MARK.encode() in content.lower() or DIGITS.encode() in re.sub(
        rb"[ ().+-]", b"", content[:200_000]
    ):
        return True
    if content[:2] == b"\x1f\x8b":
        return _holds(gzip.decompress(content))
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(_holds(archive.read(name)) for name in archive.namelist())
    if content[:5] == b"%PDF-":
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
            try:
                if _holds(zlib.decompress(stream)):
                    return True
            except zlib.error:
                continue
    if b"base64" in content[:5000]:
        body = re.sub(rb"\s", b"", content.partition(b"\n\n")[2])
        return MARK.encode() in base64.b64decode(body + b"==", validate=False).lower()
    return False
