"""The words that name a field in a form or an e-mail, in the seven languages; all folded (see ``text_cleaning.fold``).

Words that mean the whole name in one form and a part of it in another (“nom”, “nombre”, “nome”, “Name”) stand under
“name”; the form's other labels decide, see ``forms``.
"""

FIELD_LABELS: dict[str, dict[str, str]] = {
    "en": {
        "name": "name|full name|contact|contact person|contact name|your name|name of contact",
        "first_name": "first name|given name",
        "last_name": "last name|surname|family name",
        "position": "position|job title|role|function|your position",
        "unit": "unit|department|team|office|division|unit or department|department or unit|responsible unit",
        "organisation": "organisation|organization|institution|city government|local authority|company",
        "email": "e-mail|email|mail|e-mail address|email address|your email",
        "phone": "phone|telephone|tel|phone number|telephone number|direct line|t|p",
        "mobile": "mobile|cell|mobile phone|mob|m",
        "city": "city|city or region|city/region|town|municipality|region",
        "country": "country",
        "wants": "interest|interests|interested in|i am interested in|we are interested in|we want|we would like"
        "|sign up for|sign-up for|please tick|topics|purpose",
        "consent": "consent|privacy|permission|data protection|i agree|agreement",
        "ignored": "fax|website|web|address|message|comments|subject|from|to|date|sent|cc|postal address|remarks",
    },
    "nl": {
        "name": "naam|volledige naam|contactpersoon|uw naam",
        "first_name": "voornaam",
        "last_name": "achternaam|familienaam",
        "position": "functie|functietitel|rol",
        "unit": "afdeling|dienst|eenheid|team|directie",
        "organisation": "organisatie|instelling",
        "email": "e-mail|e-mailadres|mailadres|mail",
        "phone": "telefoon|telefoonnummer|tel|doorkiesnummer",
        "mobile": "mobiel|gsm|mobiel nummer",
        "city": "stad|gemeente|stad of regio|plaats|regio",
        "country": "land",
        "wants": "interesse|interesses|belangstelling|belangstelling voor|wij willen|wij willen graag|aanmelding voor",
        "consent": "toestemming|privacy|akkoord",
        "ignored": "bericht|opmerkingen|onderwerp|van|aan|datum|verzonden|adres|website",
    },
    "es": {
        "name": "nombre|nombre completo|nombre y apellidos|persona de contacto|contacto",
        "last_name": "apellidos|apellido",
        "position": "cargo|puesto",
        "unit": "unidad|departamento|area|servicio|direccion general|unidad responsable",
        "organisation": "organizacion|entidad|institucion",
        "email": "correo|correo electronico|e-mail|direccion de correo",
        "phone": "telefono|tel|tfno|telefono de contacto",
        "mobile": "movil|telefono movil",
        "city": "ciudad|municipio|localidad|ciudad o region|ayuntamiento|region",
        "country": "pais",
        "wants": "interes|intereses|nos interesa|deseamos|queremos|me interesa|solicitud",
        "consent": "consentimiento|privacidad|proteccion de datos|autorizacion",
        "ignored": "mensaje|comentarios|asunto|de|para|fecha|enviado|direccion|web",
    },
    "ca": {
        "name": "nom|nom i cognoms|nom complet|persona de contacte|contacte",
        "last_name": "cognoms|cognom",
        "position": "carrec|lloc de treball",
        "unit": "unitat|departament|area|servei|unitat responsable",
        "organisation": "organitzacio|entitat|institucio",
        "email": "correu|correu electronic|adreca electronica|e-mail",
        "phone": "telefon|tel|telefon de contacte",
        "mobile": "mobil|telefon mobil",
        "city": "ciutat|municipi|ciutat o regio|ajuntament|poblacio",
        "country": "pais",
        "wants": "interes|interessos|ens interessa|volem|m'interessa|sol·licitud",
        "consent": "consentiment|privacitat|proteccio de dades|autoritzacio",
        "ignored": "missatge|comentaris|assumpte|de|per a|data|enviat|adreca|web",
    },
    "fr": {
        "name": "nom|nom complet|nom et prenom|prenom et nom|personne de contact|contact",
        "first_name": "prenom",
        "last_name": "nom de famille",
        "position": "fonction|poste|titre|qualite",
        "unit": "unite|service|direction|departement|pole",
        "organisation": "organisation|organisme|collectivite|institution",
        "email": "courriel|e-mail|mel|adresse electronique|adresse e-mail|mail",
        "phone": "telephone|tel|numero de telephone|ligne directe",
        "mobile": "portable|mobile",
        "city": "ville|commune|ville ou region|metropole|region",
        "country": "pays",
        "wants": "interet|interets|centres d'interet|nous souhaitons|interesse par|demande",
        "consent": "consentement|confidentialite|protection des donnees|accord",
        "ignored": "message|commentaires|objet|de|a|date|envoye|adresse|site web",
    },
    "de": {
        "name": "name|vor- und nachname|ansprechpartner|ansprechpartnerin|kontaktperson|kontakt|vollstandiger name",
        "first_name": "vorname",
        "last_name": "nachname|familienname",
        "position": "funktion|position|stelle|amtsbezeichnung",
        "unit": "abteilung|referat|amt|einheit|dienststelle|fachbereich|zustandige stelle",
        "organisation": "organisation|einrichtung|behorde|institution",
        "email": "e-mail|e-mail-adresse|mail|mailadresse",
        "phone": "telefon|telefonnummer|tel|rufnummer|durchwahl",
        "mobile": "mobil|mobiltelefon|handy",
        "city": "stadt|ort|stadt oder region|gemeinde|kommune|region",
        "country": "land|staat",
        "wants": "interesse|interessen|interesse an|wir mochten|anmeldung fur|anliegen",
        "consent": "einwilligung|datenschutz|zustimmung|einverstandnis",
        "ignored": "nachricht|bemerkungen|betreff|von|an|datum|gesendet|anschrift|webseite",
    },
    "pt": {
        "name": "nome|nome completo|pessoa de contacto|pessoa de contato|contacto",
        "first_name": "primeiro nome",
        "last_name": "apelido|sobrenome",
        "position": "cargo|funcao",
        "unit": "unidade|departamento|divisao|gabinete|servico|direcao",
        "organisation": "organizacao|entidade|instituicao",
        "email": "e-mail|correio eletronico|correio electronico|endereco eletronico|email",
        "phone": "telefone|tel|contacto telefonico",
        "mobile": "telemovel|celular",
        "city": "cidade|municipio|cidade ou regiao|camara municipal|concelho",
        "country": "pais",
        "wants": "interesse|interesses|gostariamos de|pretendemos|pedido",
        "consent": "consentimento|privacidade|protecao de dados|autorizacao",
        "ignored": "mensagem|comentarios|assunto|de|para|data|enviado|morada",
    },
}


def _index() -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    fields: dict[str, str] = {}
    languages: dict[str, set[str]] = {}
    for language, labels in FIELD_LABELS.items():
        for field, words in labels.items():
            for word in words.split("|"):
                fields.setdefault(word, field)
                languages.setdefault(word, set()).add(language)
    return fields, {word: frozenset(found) for word, found in languages.items()}


FIELD_OF_LABEL, LANGUAGES_OF_LABEL = _index()

CLOSINGS = (
    "kind regards|best regards|regards|with regards|warm regards|sincerely|yours sincerely|yours faithfully|best wishes"
    "|many thanks|with best wishes|warmly|best|cheers"
    "|met vriendelijke groet|met vriendelijke groeten|vriendelijke groet"
    "|vriendelijke groeten|hartelijke groet|groeten|mvg"
    "|saludos|un saludo|saludos cordiales|un cordial saludo|atentamente|cordialmente|reciba un cordial saludo"
    "|salutacions|salutacions cordials|una salutacio|cordialment|atentament|ben cordialment"
    "|cordialement|bien cordialement|bien a vous|salutations distinguees|sinceres salutations|respectueusement"
    "|mit freundlichen grussen|mit freundlichem gruss|freundliche grusse|viele grusse|beste grusse|herzliche grusse|mfg"
    "|atenciosamente|com os melhores cumprimentos|melhores cumprimentos|cumprimentos"
    "|cordiais saudacoes|obrigado|obrigada"
)
CLOSING_PHRASES = frozenset(CLOSINGS.split("|"))

POSITION_WORDS = (
    "head|director|deputy|officer|manager|adviser|advisor|coordinator|lead|leader|mayor|councillor|secretary|specialist"
    "|analyst|chief|strategist|assistant|commissioner|alderman|planner|clerk|policy maker|consultant"
    "|adviseur|beleidsadviseur|beleidsmedewerker|hoofd|directeur|wethouder|schepen|coordinator|projectleider|medewerker"
    "|programmamanager|burgemeester|strateeg"
    "|jefe|jefa|directora|director|responsable|coordinador|coordinadora|tecnico|tecnica|asesor|asesora|concejal|concejala"
    "|alcalde|alcaldesa|secretario|secretaria|gerente"
    "|cap|tecnic|assessor|assessora|regidor|regidora|comissionat|comissionada|comissionat"
    "|chef|cheffe|directrice|charge|chargee|conseiller|conseillere|adjoint|adjointe|maire|elu|elue|referent|referente"
    "|leiter|leiterin|leitung|referentin|referent|beauftragte|beauftragter|sachbearbeiter|sachbearbeiterin|amtsleiter"
    "|amtsleiterin|burgermeister|burgermeisterin|dezernent|dezernentin|koordinator|koordinatorin|stadtrat|stadtratin"
    "|chefe|diretor|diretora|coordenador|coordenadora|vereador|vereadora|assessor|tecnico superior|tecnica superior"
    "|adjunto|adjunta|presidente"
)
UNIT_WORDS = (
    "department|unit|office|division|team|directorate|agency|service|services|bureau|section|lab"
    "|afdeling|dienst|directie|eenheid|programma|cluster"
    "|departamento|area|unidad|servicio|direccion|oficina|gabinete|concejalia"
    "|departament|unitat|servei|direccio|gabinet|regidoria|oficina"
    "|service|direction|pole|departement|mission|cellule"
    "|amt|referat|abteilung|fachbereich|stabsstelle|dezernat|senatsverwaltung|magistratsabteilung|buro"
    "|divisao|direcao|departamento|unidade|servico|gabinete"
)
POSITIONS = frozenset(POSITION_WORDS.split("|"))
UNITS = frozenset(UNIT_WORDS.split("|"))
