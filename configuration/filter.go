package configuration

import (
	"fmt"
	"net/netip"
	"strings"
)

// addressRange is a range of addresses, both ends in it.
type addressRange struct{ from, to netip.Addr }

// parseFilter reads ranges of addresses as WinRM's filters have them: a-b,c-d.
// All must be of the kind that is wanted.
func parseFilter(text string, wanted func(netip.Addr) bool) ([]addressRange, error) {
	var all []addressRange
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		var ends [2]netip.Addr
		for i, end := range []string{from, to} {
			a, err := netip.ParseAddr(strings.TrimSpace(end))
			if err != nil || !wanted(a) || a.Zone() != "" {
				return nil, fmt.Errorf("%q is no range of addresses a-b", part)
			}
			ends[i] = a
		}
		if ends[1].Less(ends[0]) {
			return nil, fmt.Errorf("%q: the range ends before it begins", part)
		}
		all = append(all, addressRange{ends[0], ends[1]})
	}
	return all, nil
}

func checkFilter(wanted func(netip.Addr) bool) func(string) error {
	return func(v string) error {
		if v == "*" {
			return nil
		}
		_, err := parseFilter(v, wanted)
		return err
	}
}

// Listens reports whether requests are taken at an address of this machine.
func (l *ServiceLimits) Listens(at netip.Addr) bool {
	at = at.Unmap()
	filter, wanted := l.IPv6Filter, netip.Addr.Is6
	if at.Is4() {
		filter, wanted = l.IPv4Filter, netip.Addr.Is4
	}
	if filter == "*" || at.IsLoopback() {
		return true
	}
	ranges, err := parseFilter(filter, wanted)
	if err != nil {
		return false // a checked setting is none
	}
	at = at.WithZone("")
	for _, r := range ranges {
		if !at.Less(r.from) && !r.to.Less(at) {
			return true
		}
	}
	return false
}
