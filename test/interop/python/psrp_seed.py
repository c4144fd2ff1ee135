"""The walk through a session configuration of the document on disconnected sessions, with values at each step."""

import xml.etree.ElementTree as ET

from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import RunspacePool
from pypsrp.wsman import NAMESPACES, SelectorSet

import conn
import psrp

PLUGIN_URI = "http://schemas.microsoft.com/wbem/wsman/1/config/plugin"


def plugin(connection, name):
    """A configuration as the protocol shows it: attributes of the plug-in and its quotas."""
    selector = SelectorSet()
    selector.add_option("Name", name)
    body = connection.get(PLUGIN_URI, selector_set=selector)
    found = {}
    for node in body.iter():
        if node.tag.rpartition("}")[2] in ("PlugInConfiguration", "Quotas"):
            found.update(node.attrib)
    return {key: found.get(key) for key in ("Name", "Enabled", "OutputBufferingMode", "IdleTimeoutms", "MaxIdleTimeoutms")}


def shell(connection, shell_id):
    values = psrp.get_shell(connection, shell_id)
    return {key: values.get(key) for key in ("State", "IdleTimeOut", "MaxIdleTimeOut", "BufferMode")}


def connect_with(connection, shell_id, resource_uri, idle_timeout):
    """A Connect that asks for an idle timeout, which nobody should."""
    pool = psrp.find_pool(connection, shell_id)
    pool.shell.resource_uri = resource_uri  # pypsrp takes every pool for one of Microsoft.PowerShell
    original = connection.connect

    def with_idle_timeout(uri, resource, *rest):
        psrp.element("IdleTimeOut", idle_timeout, resource)
        return original(uri, resource, *rest)

    connection.connect = with_idle_timeout
    try:
        pool.connect()
    finally:
        connection.connect = original
    return pool


def main(configuration, maximum, above):
    admin = conn.wsman()
    result = {"plugin": plugin(admin, configuration)}

    plain = psrp.new_pool(conn.wsman(), configuration_name=configuration)
    plain.open()
    result["default"] = shell(admin, plain.id)

    own = psrp.new_pool(conn.wsman(), configuration_name=configuration, idle_timeout=3600)
    own.open()
    result["override"] = shell(admin, own.id)

    at_maximum = psrp.new_pool(conn.wsman(), configuration_name=configuration, idle_timeout=maximum)
    at_maximum.open()
    result["maximum"] = shell(admin, at_maximum.id)
    at_maximum.close()

    try:
        psrp.new_pool(conn.wsman(), configuration_name=configuration, idle_timeout=above).open()
    except WSManFaultError as error:
        result["exceeded"] = {"code": conn.fault_code(error), "text": str(error)}

    psrp.disconnect(plain, idle_timeout="PT1800S", buffer_mode="Block")
    result["disconnected"] = shell(admin, plain.id)
    result["exceededAtDisconnect"] = conn.code_of(psrp.disconnect, own, idle_timeout=f"PT{above}S")
    result["listed"] = sorted(
        (pool.id, str(psrp.RunspacePoolState(pool.state))) for pool in RunspacePool.get_runspace_pools(conn.wsman())
    )

    again = connect_with(conn.wsman(), plain.id, plain.shell.resource_uri, "PT60S")
    result["connected"] = shell(admin, plain.id)
    result["output"] = psrp.invoke(again, "'back'")
    again.close()
    own.close()
    result["ids"] = {"plain": plain.id, "own": own.id}
    return result


conn.run(main)
