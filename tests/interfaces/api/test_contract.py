"""The contract is true: every operation is in it, and what a stranger makes up from it never breaks the shop.

schemathesis runs as a program of its own against the API over real HTTP, with a server's key.
"""

import json
import subprocess
import sys
import urllib.request
from http import HTTPStatus
from pathlib import Path

import jsonschema_rs
import pytest

from fairday.interfaces.api import OPERATIONS
from fairday.interfaces.api.contract import openapi, refusals_of
from fairday.kernel.errors import Refusal
from fairday.usecases.shop import ShopSettings
from tests.calling import ADDRESS
from tests.serving import serving

# What the tool takes for a fault and is meant here.
EXCLUDED = "ignored_auth,positive_data_acceptance"
# ignored_auth: a wrong cart or order token gets 404, the same as an id that does not exist, and no 401 that would tell.
# positive_data_acceptance: a document may fit the schema and still name a SKU, category or order that there is not.
EXAMPLES = 8
LONG_EXAMPLES = 400


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("api") / "state") as running:
        yield running


def contract():
    return openapi(OPERATIONS, ShopSettings())


def test_every_operation_is_in_the_contract_with_all_its_answers():
    document = contract()
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert described == {(operation.path, operation.method) for operation in OPERATIONS}
    for operation in OPERATIONS:
        answers = document["paths"][operation.path][operation.method.lower()]["responses"]
        wanted = {str(status) for status in operation.answers}
        wanted |= {str(refusal.status) for refusal in refusals_of(operation)}
        assert set(answers) == wanted
        codes = {code for answer in answers.values() for content in answer["content"].values()
                 for code in content.get("examples", {})}  # fmt: skip
        assert codes == {refusal.code for refusal in refusals_of(operation)}


def test_the_public_contract_of_the_shop_is_kept():
    """The addresses and members that clients were promised."""
    document = contract()
    schemas = document["components"]["schemas"]
    promised = {
        "ProductPage": {"items", "total", "next_cursor"}, "ProductItem": {"id", "key", "name", "variants"},
        "VariantItem": {"sku", "price", "available"}, "Money": {"amount", "currency"},
        "ProductDetail": {"attributes", "media", "categories", "description", "options"},
        "CartCreated": {"id", "token", "lines", "total", "shipping_methods"},
        "OrderAnswer": {"id", "token", "state", "total"}, "OrderPending": {"id", "token", "state", "next_action"},
        "OrderDetail": {"lines", "state", "shipments", "refunds", "total"},
        "Problem": {"type", "title", "status", "code", "detail"},
    }  # fmt: skip
    for name, members in promised.items():
        assert members <= set(schemas[name]["required"]), name
    required = {
        "NewCart": {"currency", "country"}, "AddressBody": {"name", "line1", "city", "postcode", "country"},
        "NewOrder": {"cart_id", "email", "address", "shipping_method", "payment", "expected_total"},
        "PaymentBody": {"provider", "token"}, "SetLine": {"sku", "quantity"},
    }  # fmt: skip
    for name, members in required.items():
        assert set(schemas[name]["required"]) == members, name
        assert schemas[name]["additionalProperties"] is False


def test_every_reference_leads_somewhere_and_every_schema_is_one():
    document = contract()
    text = json.dumps(document)
    names = set(document["components"]["schemas"])
    assert {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]} == names
    for schema in names:
        jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{schema}", **document})


def test_examples_fit_their_schemas():
    document = contract()
    for operation in OPERATIONS:
        if operation.body is None:
            continue
        schema = {"$ref": f"#/components/schemas/{operation.body.__name__}", **document}
        jsonschema_rs.validate(schema, operation.example)


def test_codes_are_unique_and_statuses_are_real():
    by_code: dict[str, type[Refusal]] = {}
    for operation in OPERATIONS:
        for refusal in refusals_of(operation):
            assert by_code.setdefault(refusal.code, refusal) is refusal
            assert HTTPStatus(refusal.status).phrase
            assert 400 <= refusal.status < 500 or refusal.status == HTTPStatus.SERVICE_UNAVAILABLE


def _schema(served, folder: Path) -> Path:
    """The contract as it is served, with examples that exist in this shop."""
    with urllib.request.urlopen(f"{served.url}/api/v1/openapi.json") as answer:  # noqa: S310 - a loopback address of ours
        document = json.load(answer)
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "id" and not path.startswith("/products"):
                    parameter["example"] = served.cart_id if path.startswith("/carts") else served.order_id

    def example(path):
        return document["paths"][path]["post"]["requestBody"]["content"]["application/json"]

    example("/carts")["example"]["lines"] = [{"sku": "MUG", "quantity": 2}]
    example("/carts/{id}/lines")["example"]["sku"] = "MUG"
    example("/orders")["example"] = {**example("/orders")["example"], "cart_id": served.cart_id, "address": ADDRESS}
    path = folder / "openapi.json"
    path.write_text(json.dumps(document))
    return path


def _run(served, folder: Path, examples: int) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", str(_schema(served, folder)),
        "--url", f"{served.url}/api/v1", "--header", f"Authorization: Bearer {served.key}",
        "--exclude-checks", EXCLUDED, "--max-examples", str(examples), "--generation-deterministic",
        "--continue-on-failure", "--no-color", "--warnings", "off",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:]
    assert "Tested: 15" in done.stdout


@pytest.mark.store
def test_what_strangers_make_up_never_breaks_it(served, tmp_path):
    """No 5xx, and every answer is what the contract says."""
    _run(served, tmp_path, EXAMPLES)


@pytest.mark.long
def test_much_that_strangers_make_up_never_breaks_it(served, tmp_path):
    _run(served, tmp_path, LONG_EXAMPLES)
