"""What does the name of a column say about its role? In the words of English and its neighbours.

A word of another language counts as the English one, a joined one such as "Kundennummer" or "idcliente" as its parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

WORDS = {
    "journey": "journey case trace process session visit ticket incident order claim application request",
    "activity": "activity event action step task touchpoint handling status state concept operation page name type",
    "time": "timestamp time datetime date when at updated occurred created start complete",
    "customer": "customer client user account household patient person member subscriber citizen visitor",
}
COUNTERS = {"number", "id"}  # say that something is named, not what
COUNTED, OF_IT = 1.3, 0.5
ALIKE = {
    "activity": "activite actividad attivita activiteit atividade aktivitat aktivitaet tatigkeit taetigkeit czynnosc",
    "event": "ereignis evenement evento gebeurtenis zdarzenie handelse",
    "action": "aktion accion azione actie acao",
    "step": "schritt etape etapa paso passo stap krok steg arbeitsschritt prozessschritt milestone",
    "task": "aufgabe tache tarea compito taak tarefa",
    "handling": "handeling",
    "status": "statut stato stand phase stage",
    "state": "etat estado",
    "operation": "operacion operazione operacao",
    "page": "seite url pagina",
    "timestamp": "ts stamp zeitstempel horodatage tijdstempel",
    "time": "zeit uhrzeit heure hora ora tijd czas tid tijdstip moment momento",
    "datetime": "fechahora zeitpunkt dttm datumtijd",
    "date": "datum fecha data day tag jour dia giorno dag",
    "when": "wann quand cuando quando wanneer",
    "customer": "kunde kunden kundin kd cust kunnr kund klant klanten debitor debtor consumer shopper buyer kaufer "
    "kaeufer besteller acheteur comprador acquirente koper klijent musteri",
    "client": "cliente clienti clientes clients mandant klient клиент клиента",
    "user": "nutzer benutzer utilisateur usager usuario utente gebruiker uzytkownik anvandare пользователь",
    "account": "konto compte cuenta conto",
    "household": "haushalt foyer hogar huishouden",
    "patient": "patienten patientin paciente paziente pacjent пациент",
    "person": "personne persona persoon personen",
    "member": "mitglied adherent socio lid",
    "subscriber": "abonne abonado abbonato abonnee msisdn policyholder insured versicherter versicherten assure "
    "asegurado assicurato verzekerde versicherungsnehmer",
    "citizen": "burger buerger citoyen ciudadano cittadino applicant student guest passenger gast huesped hote ospite",
    "visitor": "besucher visiteur visitante visitatore bezoeker",
    "journey": "trip reise voyage viaje viaggio reis",
    "case": "fall vorgang dossier caso zaak akte sprawa expediente pratica practica stay aufenthalt "
    "sejour estancia ricovero",
    "process": "prozess processus proceso processo proces",
    "session": "sitzung seance sesion sessione sessie sessao conversation",
    "visit": "besuch visite visita bezoek",
    "ticket": "tickets",
    "incident": "segnalazione signalement meldung storung stoerung incidencia incidente storing",
    "order": "auftrag bestellung bestell commande pedido ordine orden bestelling zamowienie booking buchung "
    "reservation reserva reservering",
    "claim": "schaden sinistre siniestro sinistro reclamo reclamation",
    "application": "antrag demande solicitud domanda aanvraag",
    "request": "anfrage requete peticion richiesta verzoek",
    "number": "nr no num nummer numero nro ref kennung",
    "id": "identifiant",
}
ENGLISH = {word: english for english, words in ALIKE.items() for word in words.split()}
KNOWN = {word for words in WORDS.values() for word in words.split()} | COUNTERS | ENGLISH.keys()
ENDS = ("nummer", "number", "datum", "date", "zeit", "time", "num", "nr", "id", "no")
BEGINS = ("id", "num", "numero", "cod", "nr", "date", "fecha")
DATE_PARTS = (
    "year jahr annee année ano año anno jaar rok",
    "month monat mois mes mês mese maand miesiac",
    "day tag jour dia día giorno dag dzien",
)
XES = {"case:concept:name": "journey", "concept:name": "activity", "time:timestamp": "time"}


def words_of(name: str) -> list[str]:
    """The words of a column's name, small.

    >>> words_of("start_timeStamp2")
    ['start', 'time', 'stamp']
    """
    return re.findall(r"[^\W\d_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())


def parts_of_date(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that are called year, month and day; none where one of them is missing.

    >>> parts_of_date(["id", "Jahr", "Monat", "Tag"]), parts_of_date(["id", "day"])
    (('Jahr', 'Monat', 'Tag'), ())
    """
    called = [next((name for name in columns if {*words_of(name)} & {*words.split()}), None) for words in DATE_PARTS]
    return tuple(name for name in called if name) if None not in called else ()


@cache
def says(name: str, role: str) -> float:
    """How much a column's name speaks for the role, 0 to 3."""
    if name.lower() in XES:
        return 3.0 if XES[name.lower()] == role else 0.0
    tokens = {ENGLISH.get(token, token) for token in _tokens(name)}
    words = WORDS[role].split()
    ranks = [words.index(token) for token in tokens if token in words]
    if role == "journey":
        return _says_journey(tokens, ranks)
    return 2.0 - min(ranks) / len(words) if ranks else 0.0


def _says_journey(tokens: set[str], ranks: list[int]) -> float:
    """A number or id says little by itself, less where it is of a step; the state or date of something names it not."""
    counted = bool(tokens & COUNTERS)
    if not ranks:
        of_steps = tokens & set(WORDS["activity"].split())
        return 0.0 if not counted else OF_IT if of_steps else COUNTED
    of_it = not counted and any(tokens & set(WORDS[role].split()) for role in ("activity", "time"))
    return OF_IT if of_it else 2.0 - 0.3 * min(ranks) / len(WORDS["journey"].split())


def _tokens(name: str) -> set[str]:
    """The words of a name, without accents, and the parts of joined ones."""
    parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower().replace("ß", "ss")
    plain = "".join(c for c in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(c))
    words = re.findall(r"[^\W\d_]+", plain)
    return {part for word in words for part in _parts(word)}


def _parts(word: str) -> tuple[str, ...]:
    """A word, or the two that it joins where the other one is known: Auftragsnummer, customerid, numdossier."""
    for whole in (word, word.removesuffix("s")):
        if whole in KNOWN:
            return (whole,)
    for end in ENDS:
        stem = word.removesuffix(end)
        for first in (stem, stem.removesuffix("s"), stem.removesuffix("n")):
            if stem != word and first in KNOWN:
                return first, end
    for begin in BEGINS:
        if word.startswith(begin) and word.removeprefix(begin) in KNOWN:
            return word.removeprefix(begin), begin
    return (word,)
