"""Whether an object is what the SDK's models say Stripe sends: required fields, their types, and no unknown field."""

import typing
from typing import Any, ForwardRef, Literal, Union

import stripe
from stripe.checkout import Session

CLASSES: dict[str, Any] = {
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "balance_transaction": stripe.BalanceTransaction,
    "dispute": stripe.Dispute,
    "checkout.session": Session,
    "event": stripe.Event,
}
PLAIN: dict[Any, Any] = {int: int, str: str, bool: bool, float: (int, float)}


def validated(found: dict[str, Any]) -> dict[str, Any]:
    """The object itself, once it has been held against its model; AssertionError says where it differs."""
    _object(found, CLASSES[found["object"]], found["object"])
    return found


def _object(found: Any, model: Any, where: str) -> None:
    assert isinstance(found, dict), f"{where} is no object: {found!r}"
    declared = {name: kind for name, kind in model.__annotations__.items() if not name.startswith("_")}
    declared.pop("OBJECT_NAME", None)
    unknown = found.keys() - declared.keys()
    assert not unknown, f"{where} has {sorted(unknown)}, which the model does not know"
    for name, kind in declared.items():
        if name in found:
            _value(found[name], kind, f"{where}.{name}")
        else:
            assert _may_be_none(kind), f"{where}.{name} is missing"


def _value(found: Any, kind: Any, where: str) -> None:
    origin = typing.get_origin(kind)
    if kind in PLAIN:
        right = PLAIN[kind]
        assert isinstance(found, right), f"{where} is {found!r}, not {kind.__name__}"
        assert kind is bool or not isinstance(found, bool), f"{where} is {found!r}, not {kind.__name__}"
    elif origin is Literal:
        assert found in typing.get_args(kind), f"{where} is {found!r}, which the model does not list"
    elif origin is Union:
        _one_of(found, typing.get_args(kind), where)
    elif origin in {list, typing.List}:  # noqa: UP006 - what the SDK writes
        assert isinstance(found, list), f"{where} is no list"
        for number, one in enumerate(found):
            _value(one, typing.get_args(kind)[0], f"{where}[{number}]")
    elif isinstance(kind, ForwardRef):
        assert isinstance(found, dict), f"{where} is no object"
        validated(found)
    elif isinstance(kind, type) and issubclass(kind, stripe.ListObject):
        assert found["object"] == "list", where
    elif isinstance(kind, type) and issubclass(kind, stripe.StripeObject):
        _object(found, kind, where)
    else:
        assert isinstance(found, dict), f"{where} is {found!r}"  # metadata and the like: any object


def _one_of(found: Any, kinds: tuple[Any, ...], where: str) -> None:
    if found is None:
        assert type(None) in kinds, f"{where} is null"
        return
    literals = [kind for kind in kinds if typing.get_origin(kind) is Literal]
    if literals:  # `Literal[...] | str`: what is listed is what there is
        assert any(found in typing.get_args(kind) for kind in literals), f"{where} is {found!r}, which is not listed"
        return
    problems = []
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            _value(found, kind, where)
        except AssertionError as problem:
            problems.append(str(problem))
        else:
            return
    raise AssertionError("; ".join(problems))


def _may_be_none(kind: Any) -> bool:
    return typing.get_origin(kind) is Union and type(None) in typing.get_args(kind)
