"""Runs a command line with pywinrm's run_cmd."""

import hashlib

import conn


def main(command, arguments=()):
    response = conn.session().run_cmd(command, list(arguments))
    return {
        "stdout": response.std_out.decode()[:1000],
        "stderr": response.std_err.decode()[:1000],
        "exitCode": response.status_code,
        "length": len(response.std_out),
        "sha256": hashlib.sha256(response.std_out).hexdigest(),
    }


conn.run(main)
