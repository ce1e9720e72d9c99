"""More letters as officials write them; some from cities that the foundation does not know yet."""

from scn_sync.sample.letter import Letter

LETTERS = [
    Letter(
        "Lindiwe Mokoena <lindiwe.mokoena@capetown.example>",
        "Seminar on data from platforms",
        """
Good day

We saw the announcement of the online seminar on data. Please register our interest in seminars of this kind, and keep
us informed about the task force.

Kind regards
Lindiwe Mokoena
Manager: Enterprise Data
City of Cape Town
+27 10 123 4567
""",
    ),
    Letter(
        "Javier Lanuza <javier.lanuza@zaragoza.example>",
        "Interés en la red y en la revista",
        """
Buenos días:

Desde la concejalía de participación seguimos su trabajo y nos gustaría recibir la revista y formar parte del grupo de
trabajo con otras ciudades.

Saludos,
Javier Lanuza
Técnico de participación
Ayuntamiento de Zaragoza
+34 976 12 34 56
""",
    ),
    Letter(
        "Mercè Puig <merce.puig@girona.example>",
        "Grup de treball",
        """
Bon dia,

L'Ajuntament de Girona vol formar part del grup de treball i rebre les vostres novetats. Autoritzem que deseu les
nostres dades de contacte amb aquesta finalitat.

Cordialment,
Mercè Puig
Cap de Promoció Econòmica
Ajuntament de Girona
+34 972 12 34 56
""",
    ),
    Letter(
        "Jonas Albrecht <jonas.albrecht@freiburg.example>",
        "Interesse an der Erklärung und am Gipfel",
        """
Guten Tag,

die Stadt Freiburg im Breisgau prüft, ob sie sich der Erklärung der Sharing Cities anschließt. Außerdem würden wir gerne
am Gipfel teilnehmen. Ich bin damit einverstanden, dass Sie meine Kontaktdaten speichern.

Viele Grüße
Jonas Albrecht
Leiter Stabsstelle Digitales
Stadt Freiburg im Breisgau
+49 761 2345678
""",
    ),
    Letter(
        "Sanne Jacobs <sanne.jacobs@utrecht.example>",
        "Verklaring van Sharing Cities",
        """
Hallo,

Onze wethouder steunt de verklaring van Sharing Cities op hoofdlijnen. Wat hebt u van de gemeente Utrecht nodig om mee
te doen?

Groeten,
Sanne Jacobs
Strateeg digitale stad
Gemeente Utrecht
""",
    ),
    Letter(
        "Tiago Fonseca <tiago.fonseca@coimbra.example>",
        "Revista mensal",
        """
Boa tarde,

Gostaríamos de receber a vossa revista mensal na Câmara Municipal de Coimbra. Aceito que guardem os meus dados para este
fim.

Atenciosamente,
Tiago Fonseca
Técnico superior
Gabinete de Estratégia
Câmara Municipal de Coimbra
""",
    ),
    Letter(
        "Maëlle Corre <maelle.corre@nantes.example>",
        "Participation aux rencontres",
        """
Bonjour,

Nous souhaitons participer aux prochaines rencontres et rester informés des suites. J'accepte que mes coordonnées soient
conservées pour cela.

Bien à vous,
Maëlle Corre
Cheffe de projet
Mission économie de partage
Ville de Nantes
""",
    ),
    Letter(
        "Tjaša Novak <tjasa.novak@ljubljana.example>",
        "Task force membership",
        """
Dear Sir or Madam,

I am writing on behalf of the Municipality of Ljubljana. We would like to join the task force; the unit in charge is the
Office for Development Projects.

Sincerely,
Tjaša Novak
Adviser
Office for Development Projects
Municipality of Ljubljana
+386 1 234 56 78
""",
    ),
    Letter(
        "Mikkel Holst <mikkel.holst@koebenhavn.example>",
        "Stand Lab, 19-21 November",
        """
Hi there,

two of us from the City of Copenhagen plan to attend the Stand Lab and would like to organise a workshop on the future
of labour. Is there still room?

Best,
Mikkel Holst
Special adviser
City of Copenhagen
+45 32 12 34 56
""",
    ),
    Letter(
        "Nadia Haddad <nadia.haddad@dallas.example>",
        "Monthly magazine",
        """
Hello,

Please sign up our office for the monthly magazine. You may store my e-mail address for this purpose.

Many thanks,
Nadia Haddad
Deputy Director
Office of Data and Innovation
City of Dallas
+1 214 555 0142
United States
""",
    ),
    Letter(
        "Oskar Lind <oskar.lind@malmo.example>",
        "Hosting part of the summit",
        """
Dear colleagues,

as one of the hosting cities of the summit, the City of Malmö has a few practical questions about the programme and the
registration of our participants. Could we plan a call?

Warm regards,
Oskar Lind
Event coordinator
City of Malmö
040-628 04 12
Sweden
""",
    ),
]
