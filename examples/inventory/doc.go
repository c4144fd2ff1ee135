// Inventory asks several servers at once what they are, and prints a table:
//
//	export REMOTE_PASSWORD=…
//	inventory -user ann https://one:5986/wsman https://two:5986/wsman
//	inventory -user ann -json - < servers.txt
//
// Of each server it prints the product, the version, and, from a PowerShell
// session, the name, the operating system and the number of processors. A server
// has -timeout for all of it, so one that does not answer holds up nobody; no
// more than -at-once are asked at the same time. What went wrong is in the row
// of the server. A URL of "-" stands for those that standard input has, one a
// line.
//
// The exit status is 0 if every server has answered, 1 if one has not, and 2 if
// the command line is wrong.
package main
