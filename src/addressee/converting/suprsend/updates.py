"""SuprSend's nodes that ask URLs, change data, start workflows and write to the directory."""

from __future__ import annotations

from typing import Any

from addressee.converting.drafts import NodeDraft, key_of
from addressee.converting.handlebars.helpers import Escaping
from addressee.converting.handlebars.liquid import escaped_text
from addressee.converting.suprsend import jsonnet
from addressee.converting.suprsend.jsonnet import JsonnetError
from addressee.converting.suprsend.texts import Texts
from addressee.converting.values import listed

BY_HAND = "write in Liquid what it makes"


def evaluated(node: NodeDraft, script: Any, *path: str | int) -> jsonnet.Value:
    """Returns what a script makes. One that is not converted is noted, the node is held, and None stands for it."""
    try:
        return jsonnet.read(str(script))
    except JsonnetError as error:
        node.note(f"the Jsonnet {str(script)[:60]!r} is not converted: {error}", BY_HAND, *path, holds=True)
        return None


def text(node: NodeDraft, script: Any, *path: str | int) -> str:
    value = evaluated(node, script, *path)
    try:
        return "" if value is None else jsonnet.as_text(value)
    except JsonnetError as error:
        node.note(f"the Jsonnet {str(script)[:60]!r} is not converted: {error}", BY_HAND, *path, holds=True)
        return ""


def request(node: NodeDraft, kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "method": str(properties.get("http_method") or ("GET" if kind == "httpapi_fetch" else "POST")).upper(),
        "url": text(node, properties.get("url"), "url") or "https://example.com",
    }
    for name in ("headers", "query_params"):
        pairs = [each for each in listed(properties.get(name)) if isinstance(each, dict) and each.get("key")]
        if pairs:
            settings[name] = {
                str(each["key"]): text(node, each.get("value"), name, index, "value")
                for index, each in enumerate(pairs)
            }
    if properties.get("body"):
        value = evaluated(node, properties["body"], "body")
        try:
            settings["body"] = jsonnet.as_json(value)
        except JsonnetError as error:
            node.note(f"the body is not converted: {error}", BY_HAND, "body", holds=True)
        content_type = properties.get("body_content_type")
        if content_type and "content-type" not in {name.lower() for name in settings.get("headers", {})}:
            settings.setdefault("headers", {})["Content-Type"] = str(content_type)
    if properties.get("output_key"):
        settings["output_key"] = str(properties["output_key"])
    return node.step(type="http_fetch" if kind == "httpapi_fetch" else "webhook", settings=settings)


def transform(node: NodeDraft, properties: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for index, each in enumerate(listed(properties.get("variables"))):
        given = each if isinstance(each, dict) else {}
        where = ("variables", index, "value")
        key = str(given.get("key"))
        if given.get("value_lang") == "jsonnet":
            data[key] = jsonnet.as_value(evaluated(node, given.get("value"), *where))
        else:
            data[key] = as_one_text(Texts(node).text(given.get("value") or "", Escaping.NONE, *where))
    return node.step(type="update_data", settings={"data": data or {"converted": False}})


def as_one_text(liquid: str) -> str:
    """Returns a text that is rendered as a text, also if it is one expression, whose value would be taken otherwise."""
    return f"{{{{ '' }}}}{liquid}" if liquid.startswith("{{") and liquid.endswith("}}") else liquid


def invoke(node: NodeDraft, properties: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {"workflow_key": key_of(str(properties.get("workflow")))}
    for ours, theirs in (("recipients", "recipient"), ("actor", "actor")):
        selected = properties.get(f"{theirs}_selection")
        if selected == "expression":
            settings[ours] = text(node, properties.get(f"{theirs}_expression"), f"{theirs}_expression")
        elif selected == "actor" or (selected == "recipient" and ours == "actor"):
            settings[ours] = f"{{{{ {selected} }}}}"
    if properties.get("append_current_run_data"):
        settings["append_current_run_data"] = True
    if properties.get("data"):
        value = evaluated(node, properties["data"], "data")
        settings["data"] = jsonnet.as_value(value) if isinstance(value, dict) else {}
    return node.step(type="trigger_workflow", settings=settings)


def update_user(node: NodeDraft, properties: dict[str, Any]) -> dict[str, Any]:
    value = evaluated(node, properties.get("properties"), "properties")
    written = jsonnet.as_value(value) if isinstance(value, dict) and value else {"converted": False}
    selected = {"user_selection": "actor"} if properties.get("user_selection") == "actor" else {}
    return node.step(type="update_user", settings={**selected, "update_properties": written})


def update_list(node: NodeDraft, kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "action": "add" if kind.endswith("adduser") else "remove",
        "list_id": named(node, properties, "list_id", dynamic=bool(properties.get("is_list_id_dynamic"))),
        "user_selection": properties.get("user_selection") or ["recipient"],
    }
    if properties.get("create_list_if_missing"):
        settings["create_list_if_missing"] = True
        if properties.get("list_name"):
            settings["list_name"] = named(node, properties, "list_name", dynamic=True)
    return node.step(type="update_list", settings=settings)


def update_subscription(node: NodeDraft, kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    dynamic = bool(properties.get("is_object_id_dynamic"))
    settings: dict[str, Any] = {
        "action": "subscribe" if kind.endswith("addsubscription") else "unsubscribe",
        "collection": named(node, properties, "object_type", dynamic=dynamic),
        "object_id": named(node, properties, "object_id", dynamic=dynamic),
        "user_selection": properties.get("user_selection") or ["recipient"],
    }
    if properties.get("create_object_if_missing"):
        settings["create_object_if_missing"] = True
    if properties.get("subscription_properties"):
        value = evaluated(node, properties["subscription_properties"], "subscription_properties")
        settings["properties"] = jsonnet.as_value(value) if isinstance(value, dict) else {}
    return node.step(type="update_subscription", settings=settings)


def named(node: NodeDraft, properties: dict[str, Any], name: str, *, dynamic: bool) -> str:
    """Returns a name: a text in Handlebars if it is dynamic, else itself."""
    written = str(properties.get(name) or "")
    return Texts(node).text(written, Escaping.NONE, name) if dynamic else escaped_text(written)
