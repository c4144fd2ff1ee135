"""What the pypsrp scripts share: pools, results as plain values, raw shell operations."""

import time
import uuid
import xml.etree.ElementTree as ET

from pypsrp.complex_objects import GenericComplexObject, PSInvocationState, RunspacePoolState
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import NAMESPACES, SelectorSet

import conn


def new_pool(connection=None, **options):
    """A pool that is not open yet."""
    return RunspacePool(connection or conn.wsman(), **options)


def begin(pool, script, **options):
    """Starts a script and returns without waiting for output."""
    ps = PowerShell(pool)
    ps.add_script(script)
    ps.begin_invoke(**options)
    return ps


def invoke(pool, script, **options):
    """Runs a script to its end and returns its output as plain values."""
    ps = begin(pool, script, **options)
    output = plain(ps.end_invoke())
    ps.close()
    return output


def plain(value):
    """An object as JSON can hold it."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, GenericComplexObject):
        properties = {**value.adapted_properties, **value.extended_properties}
        return str(value) if value.to_string else plain(properties)
    return str(value)


def outcome(ps):
    """What a pipeline gave: output, records and state."""
    streams = ps.streams
    return {
        "output": plain(ps.output),
        "state": str(PSInvocationState(ps.state)),
        "hadErrors": ps.had_errors,
        "errors": [str(record) for record in streams.error],
        "errorIds": [getattr(record, "fq_error", "") or "" for record in streams.error],
        "warnings": [record.message for record in streams.warning],
        "verbose": [record.message for record in streams.verbose],
        "debug": [record.message for record in streams.debug],
        "information": [str(plain(record.message_data)) for record in streams.information],
        "progress": [f"{record.activity} {record.percent_complete}" for record in streams.progress],
    }


def selectors(shell_id):
    """A selector set that names a shell."""
    result = SelectorSet()
    result.add_option("ShellId", shell_id)
    return result


def element(name, text=None, parent=None, **attributes):
    """An element of the shell namespace."""
    tag = f"{{{NAMESPACES['rsp']}}}{name}"
    result = ET.Element(tag, attributes) if parent is None else ET.SubElement(parent, tag, attributes)
    result.text = text
    return result


def disconnect(pool, idle_timeout=None, buffer_mode=None):
    """RunspacePool.disconnect with what pypsrp cannot say: an idle timeout and a buffer mode."""
    body = element("Disconnect")
    if idle_timeout is not None:
        element("IdleTimeOut", idle_timeout, body)
    if buffer_mode is not None:
        element("BufferMode", buffer_mode, body)
    pool.connection.disconnect(pool.shell.resource_uri, body, selector_set=selectors(pool.shell.id))
    pool.state = RunspacePoolState.DISCONNECTED
    for pipeline in pool.pipelines.values():
        pipeline.state = PSInvocationState.DISCONNECTED


def get_shell(connection, shell_id):
    """The fields of a shell, by a Get."""
    body = connection.get(conn.SHELL_URI, selector_set=selectors(shell_id))
    return fields(body.find("rsp:Shell", NAMESPACES))


def fields(node):
    """The children of an element as a dictionary of texts."""
    return {child.tag.rpartition("}")[2]: child.text or "" for child in node}


def find_pool(connection, shell_id):
    """The pool of that id in the server's list."""
    for pool in RunspacePool.get_runspace_pools(connection):
        if pool.id == shell_id:
            return pool
    raise LookupError(f"the server does not list shell {shell_id}")


def connect_pool(connection, shell_id, busy_seconds=0):
    """Connects to a pool as a new client, again and again while another client holds it."""
    deadline = time.monotonic() + busy_seconds
    while True:
        pool = find_pool(connection, shell_id)
        try:
            pool.connect()
            return pool
        except WSManFaultError as error:
            if error.code != conn.CONNECTED_TO_DIFFERENT_CLIENT or time.monotonic() > deadline:
                raise
        time.sleep(0.25)


def poll_until(ps, enough, timeout=None):
    """Receives until enough(ps) or the pipeline's end."""
    while ps.state == PSInvocationState.RUNNING and not enough(ps):
        ps.poll_invoke(timeout=timeout)
