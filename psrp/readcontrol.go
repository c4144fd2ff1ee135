package psrp

import "strings"

// MinMaxRequest is the content of SET_MAX_RUNSPACES or SET_MIN_RUNSPACES
// (2.2.2.6, 2.2.2.7).
type MinMaxRequest struct {
	Max    bool // the maximum is asked for, else the minimum
	Value  int
	CallID int64 // names the answer, RUNSPACE_AVAILABILITY
}

// ParseMinMaxRequest reads SET_MAX_RUNSPACES or SET_MIN_RUNSPACES.
func ParseMinMaxRequest(data []byte) (MinMaxRequest, error) {
	var r MinMaxRequest
	var hasValue, hasCall bool
	for p, err := range properties(data) {
		switch {
		case err != nil:
		case p.name == "MaxRunspaces" || p.name == "MinRunspaces":
			r.Max = p.name == "MaxRunspaces"
			hasValue, r.Value, err = readInt(p)
		case p.isCallID():
			hasCall = true
			r.CallID, err = p.integer()
		}
		if err != nil {
			return MinMaxRequest{}, err
		}
	}
	switch {
	case !hasValue:
		return MinMaxRequest{}, missing("MaxRunspaces or MinRunspaces")
	case !hasCall:
		return MinMaxRequest{}, missing("ci")
	}
	return r, nil
}

// Availability is the content of RUNSPACE_AVAILABILITY (2.2.2.8).
type Availability struct {
	CallID int64 // that of the request
	// Count is how many runspaces are available, for
	// GET_AVAILABLE_RUNSPACES; -1 for the other requests, which Done answers.
	Count int64
	// Done reports whether SET_MAX_RUNSPACES, SET_MIN_RUNSPACES or
	// RESET_RUNSPACE_STATE was carried out.
	Done bool
}

// ParseAvailability reads RUNSPACE_AVAILABILITY.
func ParseAvailability(data []byte) (Availability, error) {
	a := Availability{Count: -1}
	var hasAnswer, hasCall bool
	for p, err := range properties(data) {
		switch {
		case err != nil:
		case p.name == "SetMinMaxRunspacesResponse" && p.kind == "B":
			hasAnswer = true
			a.Done, err = p.boolean()
		case p.name == "SetMinMaxRunspacesResponse":
			hasAnswer = true
			a.Count, err = p.integer()
		case p.isCallID():
			hasCall = true
			a.CallID, err = p.integer()
		}
		if err != nil {
			return Availability{}, err
		}
	}
	switch {
	case !hasAnswer:
		return Availability{}, missing("SetMinMaxRunspacesResponse")
	case !hasCall:
		return Availability{}, missing("ci")
	}
	return a, nil
}

// ParseState reads the state out of RUNSPACEPOOL_STATE or PIPELINE_STATE
// (2.2.2.9, 2.2.2.21): a RunspacePoolState or a PSInvocationState, whichever
// the message's type says.
func ParseState(data []byte) (int, error) {
	for p, err := range properties(data) {
		if err != nil {
			return 0, err
		}
		if p.name == "RunspaceState" || p.name == "PipelineState" {
			_, n, err := readInt(p)
			return n, err
		}
	}
	return 0, missing("RunspaceState or PipelineState")
}

// NoAnswer is the call id of a host call that waits for no answer.
const NoAnswer = -100

// CallID reads the call id (ci) of a host call or of its answer (2.2.2.15,
// 2.2.2.16, 2.2.2.27, 2.2.2.28); ok is false where there is none. The first
// fragment of a long message is enough.
func CallID(data []byte) (id int64, ok bool) {
	for p, err := range properties(data) {
		if err != nil {
			return 0, false
		}
		if p.isCallID() {
			id, err = p.integer()
			return id, err == nil
		}
	}
	return 0, false
}

// isCallID: requests write CI, the rest ci.
func (p property) isCallID() bool { return strings.EqualFold(p.name, "ci") }
