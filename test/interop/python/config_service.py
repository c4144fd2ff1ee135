"""Sends WS-Management operations one after the other on one connection, as they are.

A step is {"op", "uri", "selectors", "body"}; "edit" in place of "body" is what
winrm set does: Get, then Put of what came with the values of some elements
changed, which are named by their path.
"""

import xml.etree.ElementTree as ET

import conn
from pypsrp.exceptions import WSManFaultError
from pypsrp.wsman import SelectorSet, WSManAction

ACTIONS = {
    "get": WSManAction.GET,
    "put": WSManAction.PUT,
    "create": WSManAction.CREATE,
    "delete": WSManAction.DELETE,
    "enumerate": WSManAction.ENUMERATE,
    "pull": WSManAction.PULL,
}
SOAP = "{http://www.w3.org/2003/05/soap-envelope}"


def selector_set(selectors):
    if not selectors:
        return None
    chosen = SelectorSet()
    for name, value in selectors.items():
        chosen.add_option(name, value)
    return chosen


def find(element, path):
    """The element at a path of local names."""
    for name in path.split("/"):
        element = next(child for child in element if child.tag.rpartition("}")[2] == name)
    return element


def send(wsman, op, uri, selectors, body):
    answer = wsman.invoke(ACTIONS[op], uri, body, None, selector_set(selectors))
    return list(answer.find(SOAP + "Body"))


def perform(wsman, op, uri, selectors=None, body=None, edit=None):
    try:
        content = ET.fromstring(body) if body else None
        if edit:
            content = send(wsman, "get", uri, selectors, None)[0]
            for path, text in edit.items():
                find(content, path).text = text
        found = send(wsman, op, uri, selectors, content)
    except WSManFaultError as error:
        return {"code": conn.fault_code(error), "text": str(error), "xml": ""}
    return {"code": 0, "text": "", "xml": "".join(ET.tostring(e, encoding="unicode") for e in found)}


def main(steps, host=None):
    if host:
        conn.HOST = host
    with conn.wsman() as wsman:
        return {"steps": [perform(wsman, **step) for step in steps]}


conn.run(main)
