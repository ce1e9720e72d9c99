"""Letters a careful reader would not decide alone: they go to the inbox with the reason for the doubt."""

from scn_sync.sample.letter import Attachment, Letter

UNESCAPED = "From the first of November on, our unit"

_VCARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Noor El Amrani\r\nEND:VCARD\r\n"
_INNER = """Date: Mon, 14 Oct 2019 11:20:00 +0200
From: Noor El Amrani <noor.elamrani@rotterdam.example>
To: info@sharingcities.example
Subject: Task force
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Hello,

The City of Rotterdam would like to join the task force.

Kind regards,
Noor El Amrani
Adviser
City of Rotterdam
+31 10 123 4567
"""

LETTERS = [
    Letter(
        "Carmen Ibáñez <sharing@malaga.example>",
        "Grupo de trabajo",
        """
Hola:

Queremos participar en el grupo de trabajo.

Saludos,
Carmen Ibáñez
Coordinadora
Ayuntamiento de Málaga
+34 952 12 34 56
""",
    ),
    Letter(
        "Ayuntamiento de Málaga <sharing@malaga.example>",
        "Revista",
        """
Hola:

Yo también quisiera recibir la revista, en la misma dirección que mi compañera.

Saludos,
Andrés Molina
Técnico
Ayuntamiento de Málaga
+34 952 12 34 56
""",
    ),
    Letter(
        "Joris de Wit <j.dewit@amsterdam.example>",
        "Re: Welkom bij de task force",
        """
Beste,

Wij willen ook graag het tijdschrift ontvangen.

Met vriendelijke groet,
Joris de Wit
Gemeente Amsterdam

Op ma 16 sep. 2019 om 10:12 schreef Sharing Cities Action <join@sharingcities.example>:
> Beste Joris,
> Welkom bij de task force. Kent u de Verklaring al?
> Gemeente Voorbeeld doet ook mee.
""",
    ),
    Letter(
        "Élise Garnier <elise.garnier@grenoble.example>",
        "RE: Invitation",
        """
Bonjour,

Nous serons deux au sommet.

Cordialement,
Élise Garnier
Ville de Grenoble

-----Message d'origine-----
De : Sharing Cities Action <join@sharingcities.example>
Envoyé : lundi 7 octobre 2019 09:30
À : Élise Garnier
Objet : Invitation

La Ville de Exempleville participe aussi.
""",
    ),
    Letter(
        "Foundation office <office@sharingcities.example>",
        "Doorst: Aanmelding",
        """
Kun jij deze oppakken?

---------- Doorgestuurd bericht ---------
Van: Iris Hoekstra <iris.hoekstra@groningen.example>
Datum: di 15 okt. 2019 om 14:03
Onderwerp: Aanmelding
Aan: <info@sharingcities.example>

Goedemiddag,

De gemeente Groningen wil graag bij de task force.

Met vriendelijke groet,
Iris Hoekstra
Adviseur innovatie
Gemeente Groningen
""",
    ),
    Letter(
        "Foundation office <office@sharingcities.example>",
        "WG: Anfrage",
        """
zur Kenntnis

Von: Matthias Krüger <matthias.krueger@leipzig.example>
Gesendet: Mittwoch, 16. Oktober 2019 08:41
An: Foundation office
Betreff: Anfrage

Guten Tag,

wir möchten gerne an den Seminaren teilnehmen.

Freundliche Grüße
Matthias Krüger
Sachbearbeiter
Stadt Leipzig
""",
    ),
    Letter(
        "Foundation office <office@sharingcities.example>",
        "Fwd: Task force",
        "See the attached message.",
        attachments=(Attachment("message.eml", "message/rfc822", _INNER.encode()),),
    ),
    Letter(
        "Paulina Wójcik <paulina.wojcik@region.example>",
        "Task force",
        """
Hello,

we would like to join the task force. What do you need from us?

Regards,
Paulina Wójcik
Senior Specialist
""",
    ),
    Letter(
        "Wout Peeters <wout.peeters@mechelen.example>",
        "Task force for two cities",
        """
Hello,

I write on behalf of the City of Mechelen and the City of Hasselt, who share one digital team. Both would like to join
the task force.

Kind regards,
Wout Peeters
Project lead
""",
    ),
    Letter(
        "Synnøve Dahl <synnove.dahl@bergen.example>",
        "Contact details",
        """
Dear colleagues, two of us would like to receive the magazine.

Name: Synnøve Dahl
E-mail: synnove.dahl@bergen.example
Phone: +47 21 23 45 67

Name: Henrik Moen
E-mail: henrik.moen@bergen.example
Phone: +47 21 23 45 68

City: Bergen
Country: Norway
""",
    ),
    Letter(
        "Laura Stein <laura.stein@münchen.example>".replace("münchen", "h\u0430mburg"),
        "Arbeitsgruppe",
        """
Guten Tag,

wir möchten zur Arbeitsgruppe gehören.

Mit freundlichen Grüßen
Laura Stein
Referentin
Stadt Hamburg
""",
    ),
    Letter(
        "Pedro Nunes <pedro.nunes@faro.example>",
        "Magazine",
        """
Hello, please send the magazine to our new address.

Name: Pedro Nunes
E-mail: pedro.nu\u200bnes@faro.example
City: Faro
Country: Portugal
""",
    ),
    Letter(
        "Assistant <assistant.private@mailbox.example>",
        "Details of our head of unit",
        """
Name: Ingrid Solheim
Position: Head of Unit
E-mail: ingrid.solheim@oslo.example
City: Oslo
Country: Norway
Interested in: events
""",
    ),
    Letter(
        "Marco Bellini <marco.bellini@milano.example>",
        "Task force",
        """
Name: Marco Bellini
E-mail: marco.bellini@milano.example
Phone: ask the switchboard
City: Milan
Country: Italy
Interested in: task force
""",
    ),
    Letter(
        "Hannah Price <hannah.price@leeds.example>",
        "Please remove us",
        """
Hello,

please remove us from the magazine and all other mailings. We have no capacity to follow them.

Kind regards,
Hannah Price
Leeds City Council
""",
    ),
    Letter(
        "Dario Conti <dario.conti@genova.example>",
        "Hello",
        """
Hello,

it was nice to meet you in Barcelona last week. Let us stay in touch.

Best,
Dario Conti
City of Genoa
""",
    ),
    Letter(
        "Noor El Amrani <noor.elamrani@rotterdam.example>",
        "My card",
        "Please find my card attached. Task force, City of Rotterdam.",
        attachments=(Attachment("contact.vcf", "text/vcard", _VCARD),),
    ),
    Letter(
        "Signe Kragh <signe.kragh@aarhus.example>",
        "Change of unit, task force",
        f"""
Dear all,

{UNESCAPED} will be called Digital Growth. We stay in the task force.

From today you can also reach me by phone.

Kind regards,
Signe Kragh
Head of section
City of Aarhus
+45 32 12 34 57
""",
    ),
    Letter(
        "",
        "Task force",
        """
We would like to join the task force. Our office will send the contact person later.

City: Brno
Country: Czech Republic
""",
        headers={"Sender": "undisclosed-sender"},
    ),
]
