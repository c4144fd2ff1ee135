// Run runs a PowerShell script at a server and prints what it puts out as JSON,
// an object a line, each as soon as it comes. From another terminal:
//
//	export REMOTE_PASSWORD=…
//	run -url https://server:5986/wsman -user ann 'Get-Process | Select-Object Name, Id -First 3'
//	run -url https://server:5986/wsman -user ann 'param($Path) Get-Item $Path' /etc/hosts
//
// The server is Windows or winrmd. What follows the script are its arguments, as
// text. A script of "-" is read from standard input.
//
// Errors, warnings and the other streams go to standard error. The exit status is
// 0 if the script has completed, 1 if it has put out an error or has failed, 2
// if the command line is wrong, and 3 if the server could not be asked. Ctrl-C
// stops the script, and what it puts out on the way to its end is still printed.
//
// Without -user the client logs on with the Kerberos ticket of kinit.
package main
