"""Messages that are broken or hostile. Some can still be read; the rest are dead letters."""

from scn_sync.sample.letter import Letter

_HEAD = "From: {sender}\nTo: join@sharingcities.example\nSubject: {subject}\nMessage-ID: <{id}@mail.example.org>\n"


def _raw(sender: str, subject: str, message_id: str, rest: str) -> Letter:
    date = "Date: Mon, 18 Nov 2019 10:00:00 +0100\n"
    return Letter(
        raw=(date + _HEAD.format(sender=sender, subject=subject, id=message_id) + rest).encode()
    )


LETTERS = [
    _raw(
        "Olga Marek <olga.marek@ostrava.example>",
        "Task force",
        "damaged-1",
        """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_never_closed"

--=_never_closed
Content-Type: text/plain; charset=utf-8

Hello,

The City of Ostrava would like to join the task force.

Kind regards,
Olga Marek
City of Ostrava
""",
    ),
    _raw(
        "Kim Larsen <kim.larsen@odense.example>",
        "Magazine",
        "damaged-2",
        """Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: x-secret

Hello, please send us the magazine.

Kind regards,
Kim Larsen
City of Odense
""",
    ),
    _raw(
        "=?utf-8?b?%%%?= <radu.ionescu@cluj.example>",
        "=?nonsense?x?y?=",
        "damaged-3",
        """Content-Type: text/plain; charset="

Name: Radu Ionescu
City: Cluj-Napoca
Country: Romania
Interested in: task force
""",
    ),
    Letter(
        raw=b"From: many@headers.example\nDate: Tue, 19 Nov 2019 10:00:00 +0100\n"
        + b"".join(b"X-Trace-%03d: relay\n" % number for number in range(600))
        + b"\nTask force, City of Brno.\n"
    ),
    Letter(
        raw=b"From: long@header.example\nDate: Tue, 19 Nov 2019 11:00:00 +0100\nContent-Type: text/plain"
        + b'; x="'
        + b"a" * 17_000
        + b'"\n\nTask force, City of Brno.\n'
    ),
    Letter(
        raw=b"From: deep@parts.example\nDate: Tue, 19 Nov 2019 12:00:00 +0100\n"
        + b"".join(
            b'Content-Type: multipart/mixed; boundary="%02d"\n\n--%02d\n' % (number, number)
            for number in range(80)
        )
        + b"\nTask force, City of Brno.\n"
    ),
    _raw(
        "Jana Horváthová <jana.horvathova@kosice.example>".replace("á", "a"),
        "Task force",
        "damaged-7",
        "\n",
    ),
    _raw(
        "Ewa Nowak <ewa.nowak@lodz.example>",
        "Declaration",
        "damaged-8",
        """MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_cut"

--=_cut
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

VGhlIENpdHkgb2YgxYHDs2TFuiB3YW50cyB0byBqb2luIHRoZSBEZWNsYXJhdGlvbiBvZiBTaGFy
aW5nIENpdGllcy4K!!!!
""",
    ),
]
