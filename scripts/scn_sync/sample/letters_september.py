"""Letters as officials write them: a paragraph or two and a signature, in seven languages."""

from scn_sync.sample.letter import Letter

LETTERS = [
    Letter(
        "Lotte Verhaeghe <lotte.verhaeghe@gent.example>",
        "Joining the task force",
        """
Dear colleagues,

We read about Sharing Cities Action after the Summit and would like to join the task force. Below are the contact
details of the unit that deals with the platform economy in our city.

Unit: Department of Economy and Innovation
Name: Lotte Verhaeghe
Position: Policy adviser platform economy
E-mail: lotte.verhaeghe@gent.example
Phone: +32 12 34 56 78
City: Ghent
Country: Belgium

We agree that you store these contact details and use them to send us news and invitations.

Kind regards,
Lotte Verhaeghe
""",
    ),
    Letter(
        "Joris de Wit <j.dewit@amsterdam.example>",
        "Aanmelding task force Sharing Cities",
        """
Beste mensen,

Graag melden wij ons aan voor de task force, zodat wij op de hoogte blijven van nieuws en uitnodigingen. Ik ben binnen
de gemeente Amsterdam het aanspreekpunt voor de digitale economie.

Met vriendelijke groet,

Joris de Wit
Beleidsadviseur deeleconomie
Afdeling Economische Zaken
Gemeente Amsterdam
T +31 10 123 4567
""",
    ),
    Letter(
        "Marina Soler Gisbert <marina.soler@valencia.example>",
        "Adhesión al grupo de trabajo",
        """
Estimados compañeros:

Desde el Ayuntamiento de Valencia queremos participar en el grupo de trabajo de Sharing Cities Action y estar al día de
los próximos pasos. Nuestra unidad es la responsable de la economía de plataformas en la ciudad.

Un cordial saludo,

Marina Soler Gisbert
Jefa de proyecto de innovación social
Servicio de Innovación
Ayuntamiento de Valencia
Tel. +34 910 12 34 56
""",
    ),
    Letter(
        "Pau Riera <pau.riera@barcelona.example>",
        "Ens afegim a la Declaració",
        """
Benvolgudes i benvolguts,

Des de l'Ajuntament de Barcelona volem donar suport a la Declaració de les Sharing Cities. La nostra direcció us farà
arribar la validació política en els propers dies.

Salutacions cordials,

Pau Riera
Tècnic d'economia col·laborativa
Direcció d'Economia Social
Ajuntament de Barcelona
Tel. +34 931 234 567
""",
    ),
    Letter(
        "Élise Garnier <elise.garnier@grenoble.example>",
        "Rejoindre le groupe de travail",
        """
Bonjour,

La Ville de Grenoble souhaite rejoindre le groupe de travail et recevoir vos invitations. Je suis votre interlocutrice
pour les questions liées aux plateformes numériques.

Bien cordialement,

Élise Garnier
Chargée de mission économie collaborative
Direction du développement économique
Ville de Grenoble
Tél. : 04 65 71 12 34
France
""",
    ),
    Letter(
        "Katharina Brunner <katharina.brunner@wien.example>",
        "Anmeldung zur Arbeitsgruppe",
        """
Sehr geehrte Damen und Herren,

wir möchten uns für die Arbeitsgruppe anmelden. Die Stadt Wien beschäftigt sich seit einigen Jahren mit digitalen
Plattformen, und wir freuen uns auf den Austausch mit anderen Städten.

Mit freundlichen Grüßen

Katharina Brunner
Referentin für Plattformökonomie
Magistratsabteilung für Wirtschaft und Arbeit
Stadt Wien
Telefon: +43 1 234567890
""",
    ),
    Letter(
        "Inês Carvalho <ines.carvalho@lisboa.example>",
        "Participação no grupo de trabalho e na cimeira",
        """
Exmos. Senhores,

A Câmara Municipal de Lisboa gostaria de participar no grupo de trabalho e também na próxima cimeira. Não hesitem em
contactar-me para qualquer questão sobre a nossa cidade.

Com os melhores cumprimentos,

Inês Carvalho
Coordenadora de economia digital
Departamento de Economia e Inovação
Câmara Municipal de Lisboa
Tel: +351 21 234 5678
""",
    ),
    Letter(
        "Giulia Ferraris <giulia.ferraris@bologna.example>",
        "Task force and Stand Lab",
        """
Hello,

the City of Bologna would like to be part of the task force, and two colleagues of mine plan to come to the Stand Lab
in November. We would be glad to talk about data from platforms.

Best regards,
Giulia Ferraris
Project manager, Collaborative Economy Unit
City of Bologna, Italy
+39 051 2345 6789
""",
    ),
    Letter(
        "Elin Sandström <elin.sandstrom@goteborg.example>",
        "Task force contact for Gothenburg",
        """
Hi,

Please add our unit to the task force. You can reach me at the number below; my colleague follows the working line on
ecological sustainability.

Best wishes,

Elin Sandström | Development lead
Consumer and Citizen Service
City of Gothenburg
031-390 06 12
Sweden
""",
    ),
    Letter(
        "Harriet Cole <harriet.cole@norwich.example>",
        "Request to join the Declaration",
        """
Dear Sharing Cities team,

Our cabinet member for inclusive growth has read the Declaration of Sharing Cities and agrees with its content in
general terms. Could you tell us what the next step is?

Yours sincerely

Harriet Cole
Strategy manager
Norwich City Council
Tel: 020 7946 0123
United Kingdom
""",
    ),
    Letter(
        "Daniel Okafor <daniel.okafor@toronto.example>",
        "News and invitations",
        """
Good morning,

I lead the small team that looks after short-term rentals and ride-hailing here. We would like to receive your news and
invitations as a task force city.

Regards,
Daniel Okafor
Senior Policy Officer
City of Toronto
+1 416 555 0123
Canada
""",
    ),
    Letter(
        "Eleni Markou <e.markou@athens.example>",
        "Participation in the workshops in November",
        """
Dear all,

The Municipality of Athens would like to take part in the workshops of the Stand Lab. I could speak about our work with
neighbourhood groups. I consent to the processing of my contact details for the organisation of this programme.

Kind regards,
Eleni Markou
Head of Social Innovation
Municipality of Athens
+30 21 2345 6789
""",
    ),
    Letter(
        "Thomas Lacombe <thomas.lacombe@bordeaux.example>",
        "Déclaration des Sharing Cities",
        """
Madame, Monsieur,

Notre élu en charge du numérique souhaite que la Ville de Bordeaux soutienne la Déclaration des Sharing Cities. Nous
vous remercions de nous indiquer la procédure.

Cordialement,

Thomas Lacombe
Directeur adjoint du numérique
Ville de Bordeaux
05 36 49 12 34
France
""",
    ),
    Letter(
        "Rui Tavares Pinto <rui.pinto@porto.example>",
        "Grupo de trabalho",
        """
Bom dia,

O Município do Porto pretende integrar o grupo de trabalho. Envio os contactos da nossa divisão. Damos o nosso
consentimento para que guardem estes dados e nos enviem as vossas notícias.

Cumprimentos,

Rui Tavares Pinto
Chefe da Divisão de Inovação
Município do Porto
+351 22 234 5678
""",
    ),
    Letter(
        "Femke Bakker <femke.bakker@denhaag.example>",
        "Deelname task force",
        """
Goedemiddag,

Wij doen graag mee met de task force. Onze dienst houdt zich bezig met kamerverhuur via platformen en met
deelmobiliteit.
Ik geef toestemming om mijn gegevens te bewaren en mij te mailen over bijeenkomsten.

Vriendelijke groet,
Femke Bakker
Projectleider slimme stad
Gemeente Den Haag
+31 70 123 4567
""",
    ),
]
