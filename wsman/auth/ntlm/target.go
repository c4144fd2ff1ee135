package ntlm

import "encoding/binary"

// Target is what a server says of itself in its challenge. Empty names are left
// out. The short names have at most 15 characters and are in capitals.
type Target struct {
	ComputerName, DomainName                      string // NetBIOS
	DNSComputerName, DNSDomainName, DNSForestName string
	// Domain is true if accounts are a domain's, not this server's alone.
	Domain bool
}

// name is what the challenge calls the target.
func (t *Target) name() string {
	if t.Domain {
		return t.DomainName
	}
	return t.ComputerName
}

// kind is the flag that says what name is.
func (t *Target) kind() Flags {
	if t.Domain {
		return FlagTargetTypeDomain
	}
	return FlagTargetTypeServer
}

// pairs are the names and the time, in Windows' order. The time makes a client
// send a MIC and no LM response (MS-NLMP 3.1.5.1.2).
func (t *Target) pairs(now FileTime) AVPairs {
	var pairs AVPairs
	for _, p := range []struct {
		id   AVID
		text string
	}{
		{AVDomainName, t.DomainName}, {AVComputerName, t.ComputerName}, {AVDNSDomainName, t.DNSDomainName},
		{AVDNSComputerName, t.DNSComputerName}, {AVDNSTreeName, t.DNSForestName},
	} {
		if p.text != "" {
			pairs = append(pairs, textPair(p.id, p.text))
		}
	}
	return append(pairs, AVPair{AVTimestamp, binary.LittleEndian.AppendUint64(nil, uint64(now))})
}
