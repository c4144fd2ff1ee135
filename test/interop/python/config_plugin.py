"""Operations on winrm/config/plugin, one after the other: what each gives, or the fault that it ends with."""

import xml.etree.ElementTree as ET

from pypsrp.exceptions import WSManFaultError
from pypsrp.wsman import SelectorSet

import conn

PLUGIN_URI = "http://schemas.microsoft.com/wbem/wsman/1/config/plugin"
ENUMERATION = "{http://schemas.xmlsoap.org/ws/2004/09/enumeration}"
WSMAN = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"


def enumerate_body():
    body = ET.Element(ENUMERATION + "Enumerate")
    ET.SubElement(body, WSMAN + "OptimizeEnumeration")
    ET.SubElement(body, WSMAN + "MaxElements").text = "32000"
    return body


def perform(connection, op, name="", body=""):
    """One operation; its result is the body's XML."""
    options = {}
    if name:
        options["selector_set"] = SelectorSet()
        options["selector_set"].add_option("Name", name)
    resource = enumerate_body() if op == "enumerate" else ET.fromstring(body) if body else None
    try:
        answer = getattr(connection, op)(PLUGIN_URI, resource, **options)
    except WSManFaultError as error:
        return {"code": conn.fault_code(error), "text": str(error)}
    return {"xml": ET.tostring(answer, encoding="unicode")}


def main(steps):
    connection = conn.wsman()
    return {"steps": [perform(connection, **step) for step in steps]}


conn.run(main)
