// Leaveandcomeback starts work at a server, leaves it there, and collects it
// later, from another process, another computer or another client such as
// PowerShell's Receive-PSSession:
//
//	export REMOTE_PASSWORD=…
//	leaveandcomeback -url https://server:5986/wsman -user ann start nightly '1..600 | % { Start-Sleep 1; "line $_" }'
//	leaveandcomeback -url https://server:5986/wsman -user ann list
//	leaveandcomeback -url https://server:5986/wsman -user ann collect nightly
//
// The work runs in a session that has a name. start returns as soon as the server
// has the script, and leaves the session disconnected; the server keeps it for
// -idle without a client. collect connects to the session, prints what the script
// has put out since, waits for its end, and removes the session. With -wait 0s it
// prints what is there and leaves the session again if the script goes on.
//
// The exit status is 0 if the work has completed, 1 if it has failed, 2 if the
// command line is wrong, 3 if the server could not be asked or has no such
// session, and 4 if the work goes on.
package main
