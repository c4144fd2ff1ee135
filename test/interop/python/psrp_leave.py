"""Opens pools, begins a pipeline in each, disconnects and exits: the first half of many tests.

With receive, that many outputs are received first. With input, that is sent to
the pipelines and their input is left open. A pool without script stays idle.
"""

import conn
import psrp


def left_open(objects):
    """An input for pypsrp that never ends: after None it sends no end of input."""
    yield objects
    yield None


def leave(connection, script, receive, given, open_options, disconnect_options):
    pool = psrp.new_pool(connection, **open_options)
    pool.open()
    seen = []
    if script:
        ps = psrp.begin(pool, script, input=left_open(given) if given else None)
        psrp.poll_until(ps, lambda ps: len(ps.output) >= receive)
        seen = psrp.plain(ps.output)
    psrp.disconnect(pool, **disconnect_options)
    return {"shellId": pool.id, "seen": seen}


def main(scripts, receive=0, input=None, open_options=None, disconnect_options=None):
    pools = [
        leave(conn.wsman(), script, receive, input, open_options or {}, disconnect_options or {})
        for script in scripts
    ]
    return {"pools": pools}


conn.run(main)
