// Package configresource is the WS-Man resource winrm/config with its parts
// (MS-WSMV 3.1.4.1.29): how the service is set up, read and changed over the
// protocol. Everybody who has logged on may read it, since clients read from it
// how large an envelope may be; only administrators may change it.
//
// Session configurations, config/plugin, are for administrators altogether: they
// hold paths, the environment and the names of those who are let in.
package configresource
