"""API keys of servers: the list, a new one (shown once), and revoking one. For owners only."""

from fairday.domain.access.permissions import SCOPES
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.pages.confirm import Question, ask
from fairday.interfaces.backoffice.visit import Fields, Notice, Visit
from fairday.kernel.errors import NotFound, Refusal
from fairday.usecases.manage_api_keys import create_api_key, list_api_keys, revoke_api_key

DOORS = Doors()


@DOORS.get("/api-keys", "api_keys.view")
async def show_keys(visit: Visit) -> Answer:
    return await _list(visit)


@DOORS.post("/api-keys", "api_keys.edit")
async def make_key(visit: Visit) -> Answer:
    name, scopes = visit.form.text("name", 120), visit.form.fields.get("scopes", ())
    try:
        new = await create_api_key(visit.shop, visit.actor, name, scopes)
    except Refusal as refusal:
        return await _list(visit, refusal, visit.refused(refusal, {"name": name}))
    return visit.page("api-key-made", visit.text("office-api-key-once"), new=new)


@DOORS.post("/api-keys/{key_id:str}/revoke", "api_keys.edit")
async def revoke_key(visit: Visit) -> Answer:
    key = next((k for k in await list_api_keys(visit.shop, visit.actor) if k.id == visit.path("key_id")), None)
    if key is None:
        raise NotFound
    if not visit.form.has("confirm"):
        question = Question(
            title=visit.text("office-api-key-revoke-title", name=key.name),
            sentence=visit.text("office-api-key-revoke-sentence"),
            button=visit.text("office-api-key-revoke"),
            back="/api-keys",
            danger=True,
        )
        return ask(visit, question, {})
    await revoke_api_key(visit.shop, visit.actor, key.id)
    return visit.go("/api-keys", done="saved")


async def _list(visit: Visit, refusal: Refusal | None = None, fields: Fields | None = None) -> Answer:
    return visit.page(
        "api-keys",
        visit.text("office-api-keys"),
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        keys=await list_api_keys(visit.shop, visit.actor),
        scopes=SCOPES,
        fields=fields or Fields(),
    )
