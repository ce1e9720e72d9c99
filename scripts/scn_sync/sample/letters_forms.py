"""What web forms send, and people who list their details in the way of a form."""

from scn_sync.sample.letter import Attachment, Letter

_FORM = "Sharing Cities web form <forms@sharingcities.example>"
_AUTOMATIC = {"Auto-Submitted": "auto-generated"}

LETTERS = [
    Letter(
        _FORM,
        "New sign-up from the web site",
        """
Name: Margaret Doyle
Position: Head of Strategic Policy
Unit: Digital Services
E-mail: margaret.doyle@galway.example
Phone: +353 91 234 567
City: Galway
Country: Ireland
I am interested in: task force, magazine
Consent: I agree that my contact details are stored to send me news and invitations.
""",
        headers={**_AUTOMATIC, "Reply-To": "margaret.doyle@galway.example"},
    ),
    Letter(
        _FORM,
        "Nieuwe aanmelding via de website",
        """
Voornaam: Bram
Achternaam: van der Linden
Functie: Programmamanager
Afdeling: Ruimte en Economie
E-mailadres: b.vanderlinden@eindhoven.example
Telefoonnummer: 010 123 4567
Gemeente: Eindhoven
Land: Nederland
Belangstelling voor: verklaring, evenementen
Toestemming: Ik ga akkoord met het bewaren van mijn gegevens.
""",
        headers=_AUTOMATIC,
    ),
    Letter(
        _FORM,
        "Nueva inscripción desde la web",
        """
Nombre: Rocío
Apellidos: Benítez Prado
Cargo: Directora general de economía
Departamento: Área de Economía e Innovación
Correo electrónico: rocio.benitez@sevilla.example
Teléfono: 955 12 34 56
Ciudad: Sevilla
País: España
Intereses: declaración
Protección de datos: Acepto que se guarden mis datos para recibir información.
""",
        headers=_AUTOMATIC,
    ),
    Letter(
        _FORM,
        "Nova inscripció des del web",
        """
Nom: Arnau
Cognoms: Vila Serra
Càrrec: Responsable de dades
Unitat: Servei d'Informació de Base
Correu electrònic: arnau.vila@tarragona.example
Telèfon: 977 12 34 56
Ciutat: Tarragona
País: Espanya
Interessos: grup de treball; esdeveniments
Consentiment: Accepto que deseu les meves dades.
""",
        headers=_AUTOMATIC,
    ),
    Letter(
        _FORM,
        "Nouvelle inscription depuis le site",
        """
Nom : Marchand
Prénom : Claire
Fonction : Directrice de l'innovation
Service : Mission villes partagées
Courriel : claire.marchand@rennes.example
Téléphone : 02 61 91 12 34
Ville : Rennes
Pays : France
Centres d'intérêt : revue, sommet
Consentement : J'accepte que mes données soient conservées.
""",
        headers=_AUTOMATIC,
    ),
    Letter(
        _FORM,
        "Neue Anmeldung über die Webseite",
        """
Vorname: Anke
Nachname: Petersen
Funktion: Amtsleiterin
Abteilung: Amt für Wirtschaft
E-Mail-Adresse: anke.petersen@kiel.example
Telefonnummer: 030 23125 123
Stadt: Kiel
Land: Deutschland
Interesse an: Arbeitsgruppe
Einwilligung: Ich bin einverstanden, dass meine Daten gespeichert werden.
""",
        headers=_AUTOMATIC,
    ),
    Letter(
        _FORM,
        "Nova inscrição no site",
        """
Nome: Beatriz
Apelido: Moura
Cargo: Chefe de divisão
Departamento: Inovação e Turismo
Correio eletrónico: beatriz.moura@evora.example
Telefone: 266 234 567
Município: Évora
País: Portugal
Interesses: grupo de trabalho, revista, eventos
Consentimento: Aceito que os meus dados sejam guardados.
""",
        headers=_AUTOMATIC,
    ),
    Letter(
        _FORM,
        "New sign-up from the web site",
        """
Name: Piotr Zieliński
Job title: Coordinator
E-mail: piotr.zielinski@gdansk.example
City or region: City of Gdańsk
Country: Poland

Please tick:
[x] Task force
[ ] Declaration of Sharing Cities
[x] Events and Summit
[ ] Monthly magazine
[x] I agree that you keep my contact details.
""",
        headers=_AUTOMATIC,
    ),
    Letter(
        _FORM,
        "New sign-up from the web site",
        """
Name: Aino Laaksonen
E-mail: aino.laaksonen@tampere.example
City: Tampere
Country: Finland
Interests: magazine
Consent: no
""",
        headers=_AUTOMATIC,
    ),
    Letter(
        _FORM,
        "New sign-up from the web site",
        """
Full name
Katrin Tamm

Position
Head of International Relations

E-mail address
katrin.tamm@tallinn.example

City
Tallinn, Estonia

Interests
Declaration

Phone
+372 612 3456
""",
        headers=_AUTOMATIC,
    ),
    Letter(
        "Yael Ben-David <yael.bendavid@telaviv.example>",
        "Our details",
        """
Hello, here is what you asked for:

* *Name:* Yael Ben-David
* *Position:* Director of Innovation
* *Unit:* Smart City Division
* *City:* Tel Aviv
* *Country:* Israel
* *Phone:* +972 3 212 3456

We would like to take part in the seminars.
""",
    ),
    Letter(
        "Grant Whitfield <grant.whitfield@washington.example>",
        "Contact for the task force",
        """
Name: Grant Whitfield
Role: Associate Director
Agency: Office of Planning
City: Washington D.C.
Country: USA
Cell: (202) 555-0123
Interested in: task force

Our brochure is attached.
""",
        attachments=(
            Attachment("brochure.pdf", "application/pdf", b"%PDF-1.4 an invented brochure\n"),
        ),
    ),
]
