package shell

import "strings"

// Client is who asks: a user in one client session. Disconnect, Reconnect and
// Connect are decided by both (MS-WSMV 3.1.4.1.37).
type Client struct {
	// User is the canonical user name.
	User string
	// Account is the local account that the user is logged on as; empty if the
	// user has none.
	Account string
	// Session is the client's p:SessionId; empty where it sends none.
	Session string
	// Address is where the client is, for ClientIP.
	Address string
	// Loopback is true where the client is on this machine.
	Loopback bool
	// Administrator may list, get and delete shells of others.
	Administrator bool
}

// MayUse reports whether a shell is the client's: as its owner, or because the
// client is logged on as the very account that shells of its configuration run as.
func (c Client) MayUse(owner, runAs string) bool {
	return c.User == owner || runAs != "" && c.Account == runAs
}

// sameSession reports whether two requests come from one client session of
// one user.
func (c Client) sameSession(o Client) bool {
	return c.User == o.User && strings.EqualFold(c.Session, o.Session)
}
