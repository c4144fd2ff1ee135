"""Lists the shells and their commands with every field that the server gives."""

import xml.etree.ElementTree as ET

from pypsrp.wsman import NAMESPACES

import conn
import psrp


def enumerate_body(shell_id=None):
    body = ET.Element(f"{{{NAMESPACES['wsen']}}}Enumerate")
    ET.SubElement(body, f"{{{NAMESPACES['wsman']}}}OptimizeEnumeration")
    ET.SubElement(body, f"{{{NAMESPACES['wsman']}}}MaxElements").text = "32000"
    if shell_id:
        dialect = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
        query = ET.SubElement(body, f"{{{NAMESPACES['wsman']}}}Filter", Dialect=dialect)
        query.append(psrp.selectors(shell_id).pack())
    return body


def items(connection, uri, kind, shell_id=None):
    body = connection.enumerate(uri, enumerate_body(shell_id))
    found = body.findall(f"wsen:EnumerateResponse/wsman:Items/rsp:{kind}", NAMESPACES)
    return [psrp.fields(node) for node in found]


def main():
    connection = conn.wsman()
    shells = items(connection, conn.SHELL_URI, "Shell")
    for shell in shells:
        shell["Commands"] = items(connection, conn.COMMAND_URI, "Command", shell["ShellId"])
    return {"shells": shells}


conn.run(main)
