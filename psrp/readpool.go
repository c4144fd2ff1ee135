package psrp

import "strings"

// Capability is the content of SESSION_CAPABILITY (2.2.2.1). Versions are as
// the peer wrote them; what a peer left out is empty.
type Capability struct {
	ProtocolVersion      string
	PSVersion            string
	SerializationVersion string
}

// ParseCapability reads SESSION_CAPABILITY. The protocol version must be
// there.
func ParseCapability(data []byte) (Capability, error) {
	var c Capability
	for p, err := range properties(data) {
		if err != nil {
			return Capability{}, err
		}
		if p.kind != "Version" {
			continue
		}
		version := strings.TrimSpace(p.text)
		switch p.name {
		case "protocolversion":
			c.ProtocolVersion = version
		case "PSVersion":
			c.PSVersion = version
		case "SerializationVersion":
			c.SerializationVersion = version
		}
	}
	if c.ProtocolVersion == "" {
		return Capability{}, missing("protocolversion")
	}
	return c, nil
}

// RunspacePoolLimits reads how many runspaces a pool has at least and at most
// from INIT_RUNSPACEPOOL, CONNECT_RUNSPACEPOOL or RUNSPACEPOOL_INIT_DATA
// (2.2.2.2, 2.2.2.29, 2.2.2.30). ok is false where the message says neither,
// as a client that connects may; one of them alone is a *MessageError. The
// numbers are not compared: PowerShell's own RUNSPACEPOOL_INIT_DATA exchanges
// them.
func RunspacePoolLimits(data []byte) (minimum, maximum int, ok bool, err error) {
	var seenMin, seenMax bool
	for p, err := range properties(data) {
		switch {
		case err != nil:
			return 0, 0, false, err
		case p.name == "MinRunspaces":
			seenMin, minimum, err = readInt(p)
		case p.name == "MaxRunspaces":
			seenMax, maximum, err = readInt(p)
		}
		if err != nil {
			return 0, 0, false, err
		}
		if seenMin && seenMax {
			return minimum, maximum, true, nil
		}
	}
	if seenMin || seenMax {
		return 0, 0, false, &MessageError{Reason: "MinRunspaces and MaxRunspaces do not come together"}
	}
	return 0, 0, false, nil
}

// readInt reads a property that is an I32.
func readInt(p property) (seen bool, n int, err error) {
	v, err := p.integer()
	if err == nil && p.kind != "I32" {
		err = &MessageError{Reason: "property " + p.name + " is not an I32"}
	}
	return err == nil, int(v), err
}

func missing(name string) error {
	return &MessageError{Reason: "property " + name + " is missing"}
}
