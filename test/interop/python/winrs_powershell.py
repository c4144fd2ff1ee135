"""Runs a PowerShell script with pywinrm's run_ps."""

import conn


def main(script):
    response = conn.session().run_ps(script)
    return {
        "stdout": response.std_out.decode(),
        "stderr": response.std_err.decode(),
        "exitCode": response.status_code,
    }


conn.run(main)
