package psrp

import "fmt"

// ConnectRequest is what a client says that connects to a runspace pool: the
// connectXml of its request.
type ConnectRequest struct {
	// RunspacePoolID is the pool's identifier, in the byte order of this client.
	RunspacePoolID GUID
	// ProtocolVersion is the one that both sides speak from now on.
	ProtocolVersion string
	// MinRunspaces and MaxRunspaces are 0 where Limited is false: the client takes
	// what the pool has.
	MinRunspaces, MaxRunspaces int
	Limited                    bool
}

// ParseConnect reads a SESSION_CAPABILITY and a CONNECT_RUNSPACEPOOL, of one
// fragment each (3.2.5.4.1). It is an error if anything comes after them, and if
// the client's version cannot be spoken.
func ParseConnect(b []byte) (*ConnectRequest, error) {
	r := &ConnectRequest{}
	want := [...]MessageType{MessageSessionCapability, MessageConnectRunspacePool}
	n := 0
	for f, err := range Fragments(b) {
		if err == nil && n == len(want) {
			err = fmt.Errorf("there are more than %d fragments", len(want))
		}
		if err != nil {
			return nil, err
		}
		var d Defragmenter
		m, complete, err := d.Add(f.Header, f.Blob)
		if err == nil && (!complete || m.Type != want[n]) {
			err = fmt.Errorf("object %d must be a %v in one fragment", n+1, want[n])
		}
		if err == nil {
			err = r.read(m)
		}
		if err != nil {
			return nil, err
		}
		n++
	}
	if n < len(want) {
		return nil, fmt.Errorf("there is no %v", want[n])
	}
	return r, nil
}

func (r *ConnectRequest) read(m Message) (err error) {
	if m.Type == MessageSessionCapability {
		c, err := ParseCapability(m.Data)
		if err != nil {
			return err
		}
		r.ProtocolVersion, err = NegotiateConnectVersion(c.ProtocolVersion)
		return err
	}
	r.RunspacePoolID = m.RunspacePoolID
	r.MinRunspaces, r.MaxRunspaces, r.Limited, err = RunspacePoolLimits(m.Data)
	return err
}

// Check says what is wrong with the request for a pool of an identifier and a
// least and largest number of runspaces; nil: nothing is. Clients write identifiers
// in either of two byte orders, and the one that connects need not be the one that
// has opened the pool.
func (r *ConnectRequest) Check(pool GUID, minimum, maximum int) error {
	if r.RunspacePoolID != pool && r.RunspacePoolID != pool.Swapped() {
		return fmt.Errorf("its identifier is not %v", r.RunspacePoolID)
	}
	if r.Limited && (r.MinRunspaces != minimum || r.MaxRunspaces != maximum) {
		return fmt.Errorf("it has %d to %d runspaces, not %d to %d", minimum, maximum, r.MinRunspaces, r.MaxRunspaces)
	}
	return nil
}
