"""Customers: a searched list, and one of them with address book and orders."""

from urllib.parse import urlencode

from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.visit import ROOT, Visit
from fairday.kernel.ids import is_id
from fairday.usecases.list_customer_orders import list_customer_orders
from fairday.usecases.list_customers import list_customers, show_customer

DOORS = Doors()
ORDERS_SHOWN = 50


@DOORS.get("/customers", "customers.view")
async def show_customers(visit: Visit) -> Answer:
    search = visit.query("q")
    cursor = visit.query("cursor", 26)
    found, after = await list_customers(visit.shop, visit.actor, search, cursor if is_id(cursor) else "")
    here = f"{ROOT}/customers?{urlencode({'q': search})}"
    return visit.page(
        "customers", visit.text("office-customers"), customers=found, cursor=after, search=search, here=here
    )


@DOORS.get("/customers/{customer_id:str}", "customers.view")
async def show_one_customer(visit: Visit) -> Answer:
    found = await show_customer(visit.shop, visit.actor, visit.path("customer_id"))
    orders = (await list_customer_orders(visit.shop, found.customer.id, limit=ORDERS_SHOWN)).orders
    return visit.page(
        "customer", found.customer.name, customer=found.customer, addresses=found.addresses, orders=orders
    )
