// Package configresource is the WS-Man resource winrm/config (MS-WSMV
// 3.1.4.2): clients read from it how large an envelope may be.
//
// It answers Get on the whole configuration and its parts. Put, Create,
// Delete and Enumerate come with the administration of session
// configurations.
package configresource
