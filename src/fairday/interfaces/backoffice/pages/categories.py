"""The category tree: what hangs where, a new category, and changing one."""

from fairday.domain.catalog import Category
from fairday.interfaces.backoffice.amounts import typed_whole
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.product_forms import category_choices
from fairday.interfaces.backoffice.visit import Fields, Notice, Visit
from fairday.kernel.errors import NotFound, Refusal
from fairday.usecases.edit_product import CategoryDraft, save_category

DOORS = Doors()


@DOORS.get("/categories", "products.view")
async def show_categories(visit: Visit) -> Answer:
    tree = await visit.shop.products.categories()
    nodes = {node.id: node for node in tree}
    rows = [(nodes[choice.id], choice.path) for choice in category_choices(tree, (), visit.language)]
    return visit.page("categories", visit.text("office-categories"), rows=rows)


@DOORS.get("/categories/new", "categories.edit")
async def ask_new_category(visit: Visit) -> Answer:
    return await _form(visit, None)


@DOORS.get("/categories/{category_id:str}", "categories.edit")
async def show_category(visit: Visit) -> Answer:
    return await _form(visit, await _category(visit))


@DOORS.post("/categories/new", "categories.edit")
async def make_category(visit: Visit) -> Answer:
    return await _save(visit, None)


@DOORS.post("/categories/{category_id:str}", "categories.edit")
async def change_category(visit: Visit) -> Answer:
    return await _save(visit, await _category(visit))


async def _category(visit: Visit) -> Category:
    wanted = visit.path("category_id")
    for node in await visit.shop.products.categories():
        if node.id == wanted:
            return node
    raise NotFound(what="category")


async def _save(visit: Visit, before: Category | None) -> Answer:
    form = visit.form
    try:
        draft = CategoryDraft(
            id=before.id if before else "",
            key=before.key if before else form.text("key", 191),
            name=form.text("name", 200),
            slug=form.text("slug", 150),
            parent_id=form.text("parent_id", 26),
            names={language: form.text(f"name_{language}", 200) for language in _further(visit)},
            position=typed_whole(form, "position") or 0,
        )
        await save_category(visit.shop, visit.actor, draft)
    except Refusal as refusal:
        return await _form(visit, before, refusal)
    return visit.go("/categories", done="saved")


async def _form(visit: Visit, node: Category | None, refusal: Refusal | None = None) -> Answer:
    tree = await visit.shop.products.categories()
    known = _fields(node, _further(visit)) if node else {}
    typed = visit.form.typed([name for name in visit.form.fields if name != "csrf"])
    parents = [choice for choice in category_choices(tree, (), visit.language) if not node or choice.id != node.id]
    return visit.page(
        "category",
        node.name if node else visit.text("office-category-new"),
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        node=node,
        further=_further(visit),
        parents=parents,
        fields=visit.refused(refusal, {**known, **typed}) if refusal else Fields(known),
    )


def _fields(node: Category, languages: tuple[str, ...]) -> dict[str, str]:
    names = {f"name_{language}": node.names.get(language, "") for language in languages}
    place = {"parent_id": node.parent_id, "position": str(node.position)}
    return {"key": node.key, "name": node.name, "slug": node.slug, **place, **names}


def _further(visit: Visit) -> tuple[str, ...]:
    return visit.shop.settings.languages[1:]
