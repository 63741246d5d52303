"""Roles guessed on twenty made-up exports in five languages and styles: at most one in ten wrong, and then doubted.

A row is right, doubted (another column is taken, and the log doubts it) or wrong (and nobody says so).
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pandas as pd
import pytest

import cxkit as cx

STEPS = {
    "en": ["Order placed", "Paid", "Packed", "Shipped", "Delivered", "Returned"],
    "de": ["Antrag erfasst", "Unterlagen geprüft", "Rückfrage", "Bewilligt", "Ausgezahlt", "Abgelehnt"],
    "fr": ["Appel reçu", "Dossier ouvert", "Pièces demandées", "Décision", "Paiement", "Clôture"],
    "es": ["Alta", "Revisión", "Llamada", "Aprobado", "Pago", "Cierre"],
    "it": ["Richiesta", "Verifica", "Contatto", "Approvata", "Pagamento", "Chiusura"],
}
PLACES = ["north", "south", "east", "west"]


def case(n):
    return f"{4711 + 3 * n}"


def lettered(n):
    return f"A-{100 + n}"


def long(n):
    return f"{n * 2654435761 % 2**32:08x}-{n:04x}"


# style: language, columns as (name, what), how ids are written, how times are written
LOGS = [
    ("en", "order_id=journey customer_id=customer event=activity timestamp=time channel=place amount=amount", lettered),
    ("en", "visitor=customer session=journey page=activity at=time", case),
    ("en", "row=row CaseID=journey Activity=activity CompleteTimestamp=time Resource=worker", case),
    ("en", "claim_id=journey policyholder=customer claim_state=activity updated_at=time region=place", lettered),
    ("en", "TICKET_NO=journey ACCT_CUSTOMER=customer STATUS=activity CHANGED=time QUEUE=worker PRIORITY=place", case),
    ("de", "AUFTRAG_NR=journey KD_NR=customer VORGANGSSCHRITT=activity DATUM=time BETRAG=amount", case),
    ("de", "Antragsnummer=journey Kundennummer=customer Status=activity Zeitstempel=time Sachbearbeiter=worker", case),
    ("de", "Vorgang=journey Aktivität=activity Zeitpunkt=time Region=place", lettered),
    ("de", "BELEG=row FALLNR=journey MANDANT=customer EREIGNIS=activity BUCHUNGSZEIT=time", case),
    ("fr", "numéro de dossier=journey numéro client=customer étape=activity horodatage=time agence=place", lettered),
    ("fr", "dossier=journey assuré=customer événement=activity date=time montant=amount", case),
    ("fr", "no_commande=journey action=activity heure=time vendeur=worker", long),
    ("es", "pedido=journey cliente=customer evento=activity fecha=time importe=amount", case),
    ("es", "num_caso=journey idcliente=customer estado=activity fecha_hora=time agente=worker", lettered),
    ("es", "solicitud=journey paso=activity fecha=time sucursal=place", long),
    ("it", "pratica=journey cliente=customer stato=activity data=time filiale=place", case),
    ("it", "ordine=journey utente=customer azione=activity orario=time importo=amount", lettered),
    ("it", "codice=row richiesta=journey fase=activity istante=time operatore=worker", case),
    ("en", "a=journey b=activity c=time d=customer_like", lettered),
    ("de", "id=row sitzung=journey nutzer=customer seite=activity ts=time", long),
]
WRITTEN = ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %H:%M:%S"]


def export(number):
    language, columns, id_ = LOGS[number]
    dice, rows = random.Random(number), []
    for journey in range(60):
        at, person, place = datetime(2024, 3, 1) + timedelta(hours=7 * journey), dice.randrange(35), dice.choice(PLACES)
        for step in STEPS[language][: dice.randrange(2, 7)]:
            at += timedelta(minutes=dice.randrange(5, 3_000))
            values = {
                "journey": id_(journey),
                "customer": f"K{person:04}" if number % 2 else 70_000 + person,
                "customer_like": f"K{person:04}",
                "activity": step,
                "time": at,
                "place": place,
                "amount": round(dice.random() * 500, 2),
                "worker": dice.choice(["Ann", "Bob", "Cid", "Dan", "Eve"]),
            }
            rows.append(values)
    if number % 4 == 0:
        dice.shuffle(rows)
    named = dict(
        part.split("=")
        for part in columns.replace("numéro de dossier", "numéro_de_dossier")
        .replace("numéro client", "numéro_client")
        .split(" ")
    )
    table = pd.DataFrame([{**row, "row": place} for place, row in enumerate(rows)])
    table["time"] = table["time"].dt.strftime(WRITTEN[number % 4])
    return table[list(named.values())].set_axis(list(named), axis=1), named


def verdicts(log, named):
    """What each role got: right, doubted or wrong."""
    found = {role: column for role, column, _ in log.settled.explained}
    wanted = {what: name for name, what in named.items()}
    if "customer" not in wanted:
        found["customer"] = None if log.settled.anonymous else found["customer"]
    doubts = " ".join(log.doubts)
    for role in ("journey", "activity", "time", "customer"):
        right = found.get(role) == wanted.get(role)
        yield role, found.get(role), "right" if right else "doubted" if f'"{found.get(role)}"' in doubts else "wrong"


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """The verdict on each role of each export, printed (`pytest -s`)."""
    folder, found = tmp_path_factory.mktemp("unseen"), []
    for number, (language, _, _) in enumerate(LOGS):
        rows, named = export(number)
        rows.to_csv(folder / f"{number}.csv", index=False, sep=";" if language != "en" else ",")
        log = cx.read(folder / f"{number}.csv")
        found += [(number, language, *verdict) for verdict in verdicts(log, named)]
    answer = pd.DataFrame(found, columns=["log", "language", "role", "taken", "verdict"])
    print(answer.pivot_table(index="role", columns="verdict", values="log", aggfunc="count", fill_value=0))
    print(answer[answer.verdict != "right"].to_string())
    return answer


def test_nothing_is_wrong_and_not_doubted(table):
    assert table[table.verdict == "wrong"].empty


def test_at_most_one_in_ten_is_not_right(table):
    assert (table.verdict != "right").mean() <= 0.1
    logs = table.groupby("log").verdict.agg(lambda each: (each != "right").any())
    assert logs.mean() <= 0.1
