"""How does an order go? Steps in order; a step that returns False ends the journey."""

from __future__ import annotations

from .appointments import appointment
from .company import FIRST_PAGE, NEXT_PAGE, TARIFFS
from .contact import call, wait_out
from .journey import Journey, pick
from .needs import KNOW, PATTERN, TALK
from .parameters import DAY

DEPOSIT_CHANNELS = ("shop", "app")
PATIENCE = 200  # tries to meet a promise, where the waits of the world make that hard
CHECK_LENGTHS = (0.7, 2.2)  # factors on the minutes of a check on the phone: a decoy


def browse(j: Journey) -> bool:
    """Looks around, page by page; some show it at home, some never order."""
    entry = pick(j.rng, entries(j))
    online = entry if entry in ("web", "app") else pick(j.rng, {"web": 0.65, "app": 0.35})
    page = pick(j.rng, FIRST_PAGE)
    j.do(page, j.world.next_page, channel=online)
    while j.chance(j.world.next_page_share):
        page = pick(j.rng, NEXT_PAGE[page])
        j.do(page, j.world.next_page, channel=online)
    for page in PATTERN if j.customer.shows else ():
        j.do(page, j.world.next_page, channel=online)
    if j.leans(j.world.browse_only, "outcome", j.world.same_outcome):
        return False
    j.facts["entry"] = entry
    return True


def entries(j: Journey) -> dict[str, float]:
    """Where do people come in? In the same places, whoever they are: a decoy."""
    told = j.world.decoys_tell
    return {name: (1 - told) * share + told * j.persona.channels[name] for name, share in j.scene.entry.items()}


def place_order(j: Journey) -> bool:
    """Asks somebody first, orders and gets it confirmed; some choose an add-on, some of them drop it."""
    entry = str(j.facts["entry"])
    if entry == "shop" and j.chance(j.world.asks_before_order):
        j.do("Shop consultation", j.world.decision)
    if entry == "phone" and j.chance(j.world.asks_before_order):
        call(j, "Call: tariff advice", j.plan("Call: tariff advice", j.world.decision), main=True)
    j.do("Order placed", j.world.decision, channel=entry)
    addon = j.chance(j.world.addon)
    if addon:
        j.do("Add-on chosen", j.world.confirmation, channel=entry)
    j.do("Order confirmation sent", j.world.confirmation)
    j.facts |= {"placed": True, "addon_dropped": addon and j.chance(j.world.addon_dropped / j.world.addon)}
    if j.facts["addon_dropped"]:
        j.do("Add-on dropped", j.world.identity)
    return True


def vet(j: Journey) -> bool:
    """Shows who they are, on the phone often twice, in shop and app sometimes with a deposit; some have had enough."""
    entry, world, high = j.facts["entry"], j.world, j.customer.risk == "high"
    length = check_length(j) if entry == "phone" else 1.0
    j.do("Identity check", world.identity, channel=str(entry), slower=length)
    risk = world.cancel_high if high else world.cancel_low
    checked = entry == "phone" and j.chance(world.check_high if high else world.check_low)
    hesitant = entry in DEPOSIT_CHANNELS and j.chance(world.hesitant)
    deposit = entry in DEPOSIT_CHANNELS and j.chance(world.deposit_hesitant if hesitant else world.deposit_certain)
    j.facts |= {"checked": checked, "hesitant": hesitant, "deposit": deposit}
    risk += checked * world.check_cancel + hesitant * world.hesitant_cancel + deposit * world.deposit_cancel
    cancels = j.chance(risk)
    if checked:
        j.do("Documents requested", world.documents_requested)
    if deposit:
        j.do("Deposit asked", world.documents_requested, channel=str(entry))
    if cancels:
        return cancel(j)
    if checked:
        send_documents(j)
    return True


def send_documents(j: Journey) -> None:
    """Sends what was asked for, and is checked again."""
    j.do("Documents sent", j.world.documents_sent)
    j.do("Identity check", j.world.second_check, channel="phone")


def check_length(j: Journey) -> float:
    """By which factor is the check short or long? By chance, whoever they are: a decoy."""
    told, patient = j.world.decoys_tell, j.customer.persona in (KNOW, TALK)
    short, long = CHECK_LENGTHS
    return pick(j.rng, {short: (1 - told) / 2 + told * (not patient), long: (1 - told) / 2 + told * patient})


def credit(j: Journey) -> bool:
    """The company looks up whether they pay; sometimes its system is down, and somebody helps or nobody does."""
    world, online = j.world, j.facts["entry"] in ("web", "app")
    failed = j.chance(world.system_fails)
    if failed:
        j.do("Credit system down", world.credit)
    helped = j.chance((world.sheltered_online if online else world.sheltered_phone) if failed else world.care_call)
    if helped:
        slower = world.care_factor if failed else 1.0
        j.do("Order care call", world.confirmation if failed else world.credit, slower=slower)
    j.facts |= {"system_failed": failed, "sheltered": failed and helped}
    success = world.success_sheltered if helped else world.success_alone
    refused = world.declined_high if j.customer.risk == "high" else world.declined_low
    later = (1 - refused) * (1 - world.cancel_while_waiting)
    if failed and not j.chance(min(success / max(later, success), 1.0)):
        return cancel(j)
    declined = j.chance(refused)
    wait = world.failure_lasts if failed else world.credit
    j.do("Credit declined" if declined else "Credit approved", wait)
    return not declined


def ship(j: Journey) -> bool:
    """Waits for the router and hears nothing; in half of the cases a notice says when it comes."""
    approved = j.moment
    shipped = when_shipped(j, j.chance(j.cell("install").promise_broken))
    if not wait_out(j, approved, shipped):
        return False
    j.note("Router shipped", shipped)
    delivered = j.plan("Router delivered", j.world.delivery)
    if j.chance(j.world.delivery_notice):
        j.note("Delivery notice sent", shipped + (delivered - shipped) * j.rng.uniform(0.01, 0.05), main=False)
    j.note("Router delivered", delivered)
    return True


def when_shipped(j: Journey, broken: bool) -> float:
    """When does the router leave, if the promise is kept or broken?"""
    approved, promised = j.moment, j.world.shipping_promise * DAY
    for _ in range(PATIENCE):
        shipped = j.plan("Router shipped", j.world.shipping_late if broken else j.world.shipping, approved)
        if (shipped - approved > promised) == broken:
            return shipped
    return approved + promised * (1.1 if broken else 0.9) + 1


def install(j: Journey) -> bool:
    """Lets the technician in, or plugs the router in alone; then the line works."""
    if not TARIFFS[j.product].technician:
        j.do("Line activated", j.world.self_install, factor=j.hard)
        return True
    j.facts["long_wait"] = j.chance(j.world.long_wait)
    if j.facts["long_wait"]:
        announced = j.do("Building work announced", j.world.offer)
        done = j.plan("Building work done", j.world.building_work)
        wait_out(j, announced, done, patience=True)
        j.note("Building work done", done)
    if not appointment(j, since=j.last("Router shipped").time if not j.facts["long_wait"] else j.moment):
        return False
    j.do("Line activated", j.world.activation, factor=j.hard)
    return True


def first_bill(j: Journey) -> bool:
    """Gets the first bill, and some do not understand it."""
    j.do("First bill sent", j.world.first_bill)
    if j.chance(j.world.question_about_bill):
        call(j, "Call: question about bill", j.plan("Call: question about bill", j.world.reaction))
    return True


def cancel(j: Journey) -> bool:
    """Has had enough."""
    j.do("Order cancelled", j.world.reaction)
    return False


ORDER = (browse, place_order, vet, credit, ship, install, first_bill)
