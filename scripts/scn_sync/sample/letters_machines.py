"""What no person wrote: automatic replies, bounces, marked spam and digests. Nothing of it is sent anywhere."""

from scn_sync.sample.letter import Letter

_STATUS = b"""Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; former.colleague@hamburg.example
Action: failed
Status: 5.1.1
"""

LETTERS = [
    Letter(
        "Femke Bakker <femke.bakker@denhaag.example>",
        "Automatisch antwoord: Uitnodiging Stand Lab",
        """
Ik ben afwezig tot en met 14 oktober. Voor dringende zaken belt u de gemeente Den Haag.
""",
        headers={"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"},
    ),
    Letter(
        "Marina Soler Gisbert <marina.soler@valencia.example>",
        "Respuesta automática: Invitación",
        """
Estaré fuera de la oficina hasta el lunes. Ayuntamiento de Valencia.
""",
        headers={"X-Auto-Response-Suppress": "OOF"},
    ),
    Letter(
        "Rui Tavares Pinto <rui.pinto@porto.example>",
        "Re: Summit",
        "Obrigado pela sua mensagem. Estou ausente até dia 20.",
        headers={"Precedence": "auto_reply"},
    ),
    Letter(
        "City help desk <helpdesk@dallas.example>",
        "Your request has been received",
        "This is an automatic confirmation. Your request number is 20190017.",
        headers={"X-Autoreply": "yes"},
    ),
    Letter(
        raw=b"""Date: Thu, 10 Oct 2019 07:12:00 +0000
From: Mail Delivery System <MAILER-DAEMON@mail.example.org>
To: join@sharingcities.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@mail.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_report"

--=_report
Content-Type: text/plain; charset=us-ascii

I could not deliver your message to former.colleague@hamburg.example.
--=_report
Content-Type: message/delivery-status

"""
        + _STATUS
        + b"""--=_report--
""",
    ),
    Letter(
        "Mail Delivery Subsystem <mailer-daemon@smtp.example.org>",
        "Undeliverable: Stand Lab programme",
        """
The following address had permanent fatal errors: office@nowhere.example. City of Nowhere.
""",
    ),
    Letter(
        "Winner Department <prize@lottery.example>",
        "CONGRATULATIONS your CITY has won",
        """
Name: your name
City: your city
Send your phone number to join the task force of winners.
""",
        headers={"X-Spam-Flag": "YES"},
    ),
    Letter(
        "Urban list <urban-list@lists.example.org>",
        "urban-list Digest, Vol 41, Issue 7",
        "Today's topics: 1. Summit travel; 2. Magazine article.",
        headers={"Precedence": "list", "List-Id": "<urban-list.lists.example.org>"},
    ),
    Letter(
        "Urban list <urban-list@lists.example.org>",
        "Several messages",
        raw=b"""Date: Sun, 13 Oct 2019 10:00:00 +0000
From: Urban list <urban-list@lists.example.org>
To: join@sharingcities.example
Subject: Messages of this week
Message-ID: <digest-2@lists.example.org>
MIME-Version: 1.0
Content-Type: multipart/digest; boundary="=_digest"

--=_digest

From: someone@example.org
Subject: Summit

Who is going to the summit?
--=_digest--
""",
    ),
]
