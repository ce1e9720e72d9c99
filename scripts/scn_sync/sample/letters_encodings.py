"""Letters that arrive in old, rare or wrong encodings, or only as HTML."""

from scn_sync.sample.letter import Letter

_NEWSLETTER_STYLE = "<style>p { color: #333; } .hint { display: none }</style>"

LETTERS = [
    Letter(
        "Aurélie Vasseur <aurelie.vasseur@lille.example>",
        "Intérêt pour la déclaration",
        """
Bonjour,

La Ville de Lille étudie la déclaration des Sharing Cities. Notre adjointe au numérique est d'accord avec son contenu.

Cordialement,
Aurélie Vasseur
Responsable de l'innovation
Ville de Lille
01 99 00 12 34
France
""",
        charset="iso-8859-1",
        header_charset="iso-8859-1",
        transfer="quoted-printable",
    ),
    Letter(
        "Daniël Mertens <daniel.mertens@antwerpen.example>",
        "Vraag over de task force",
        """
Beste,

Stad Antwerpen wil graag aansluiten bij de task force – wij zijn “benieuwd” naar de volgende stappen.

Met vriendelijke groeten,
Daniël Mertens
Adviseur ondernemen
Stad Antwerpen
+32 12 34 56 79
""",
        charset="windows-1252",
        header_charset="windows-1252",
        transfer="8bit",
    ),
    Letter(
        "Begoña Irazábal <begona.irazabal@bilbao.example>",
        "Declaración de las Sharing Cities",
        """
Buenas tardes:

El Ayuntamiento de Bilbao desea adherirse a la Declaración. Quedamos a la espera de sus indicaciones.

Atentamente,
Begoña Irazábal
Directora de Innovación
Ayuntamiento de Bilbao
+34 944 12 34 56
""",
        transfer="base64",
    ),
    Letter(
        "Надежда Петрова <n.petrova@sofia.example>",
        "Task force",
        """
Dear all,

The City of Sofia would like to join the task force. Please write to me for anything you need from us.

Kind regards,
Nadezhda Petrova
Chief expert, Digitalisation Department
City of Sofia
Bulgaria
""",
        header_charset="koi8-r",
    ),
    Letter(
        "佐藤 美咲 <m.sato@kyoto.example>",
        "共有都市 / Summit participation",
        """
Dear Sharing Cities team,

Two members of our office would like to attend the summit. We are also interested in the magazine.

Best regards,
Misaki Sato
Assistant Manager
City of Kyoto
Japan
""",
        charset="iso-2022-jp",
        header_charset="iso-2022-jp",
        transfer="7bit",
    ),
    Letter(
        "김서연 <seoyeon.kim@seoul.example>",
        "Seoul: task force contact",
        """
Hello,

Our division would like to be the contact of the City of Seoul in the task force.

Name: Kim Seo-yeon
Position: Team Leader
Unit: Sharing City Division
E-mail: seoyeon.kim@seoul.example
Tel: +82 2-212-3456

Best regards
""",
        transfer="base64",
    ),
    Letter(
        "Ivana Kolar <ivana.kolar@zagreb.example>",
        "Sudjelovanje / Task force",
        """
Dear colleagues,

The City of Zagreb would like to join the task force. My colleague Đurđica will follow up.

Kind regards,
Ivana Kolar
Adviser
City of Zagreb
Croatia
""",
        declared_charset="x-mac-unknown-2",
    ),
    Letter(
        "Björn Ek <bjorn.ek@umea.example>",
        "Task force",
        """
Hello,

The Municipality of Umeå would like to join the task force.

Best regards,
Björn Ek
Development Officer
Municipality of Umeå
Sweden
""",
        charset="windows-1252",
        declared_charset="utf-8",
    ),
    Letter(
        "Chiara Donati <chiara.donati@torino.example>",
        "Sign-up Turin",
        html="""
<html><head><title>Sign-up</title></head><body>
<p>Dear colleagues, please find our details for the <b>task force</b>:</p>
<table>
<tr><td>Name</td><td>Chiara Donati</td></tr>
<tr><td>Position</td><td>Innovation manager</td></tr>
<tr><td>Unit</td><td>Smart City Office</td></tr>
<tr><td>E-mail</td><td><a href="mailto:chiara.donati@torino.example">chiara.donati@torino.example</a></td></tr>
<tr><td>Phone</td><td>+39 011 234 5678</td></tr>
<tr><td>City</td><td>Turin</td></tr>
<tr><td>Country</td><td>Italy</td></tr>
</table>
</body></html>
""",
    ),
    Letter(
        "Henrike Vogt <henrike.vogt@bremen.example>",
        "Teilnahme am Stand Lab",
        html=f"""
<html><head>{_NEWSLETTER_STYLE}<script>document.write("Stadt Nirgendwo")</script></head><body>
<div style="display: none">Stadt Unsichtbar</div>
<p>Guten Tag,</p><p>wir m&ouml;chten am Stand Lab teilnehmen und suchen noch ein Thema f&uuml;r einen Workshop.</p>
<p>Mit freundlichen Gr&uuml;&szlig;en</p>
<p>Henrike Vogt<br>Referentin<br>Abteilung Digitalisierung<br>Stadt Bremen<br>+49 421 2345678</p>
</body></html>
""",
        transfer="quoted-printable",
    ),
    Letter(
        "Ruben Willems <ruben.willems@leuven.example>",
        "Tijdschrift",
        html="""
<div class="WordSection1"><p class="MsoNormal">Beste,<o:p></o:p></p>
<p class="MsoNormal">Graag ontvangen wij het maandelijkse tijdschrift. Onze afdeling leest graag mee met wat andere
steden doen.</p><p class="MsoNormal">Hartelijke groet,</p><p class="MsoNormal">Ruben Willems<br/>Beleidsmedewerker
<br/>Stad Leuven<br/>Tel. +32 16 12 34 56</p></div>
""",
        charset="windows-1252",
    ),
    Letter(
        "Sofia Almeida Reis <sofia.reis@braga.example>",
        "Declaração",
        """
Bom dia,

O Município de Braga concorda com o conteúdo da Declaração e gostaria de saber quais são os próximos passos.

Melhores cumprimentos,
Sofia Almeida Reis
Vereadora
Município de Braga
+351 253 234 567
""",
        html="""
<p>Bom dia,</p><p>O Município de Braga concorda com o conteúdo da <i>Declaração</i> e gostaria de saber quais são os
próximos passos.</p><p>Melhores cumprimentos,<br>Sofia Almeida Reis<br>Vereadora<br>Município de Braga</p>
""",
        transfer="quoted-printable",
    ),
]
