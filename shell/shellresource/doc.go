// Package shellresource is the WS-Man resource "Shell" (MS-WSMV 3.1.4): it
// reads operations out of SOAP bodies, carries them out on package shell, and
// writes the answers. Errors of shell become faults here and nowhere else.
//
// It is where wsman and shell meet. It knows nothing of connections and
// authentication, and of plug-ins only what a Configuration says.
package shellresource
