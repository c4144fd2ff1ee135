package runspace

import (
	"errors"
	"fmt"
	"sync"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// inbound is one stream of a client's fragments.
type inbound struct {
	mu    sync.Mutex // held by the request whose input is being taken
	order psrp.Defragmenter

	received, limit int64 // bytes of all objects; 0 is no limit
}

func (in *inbound) init(maxObject, maxData int) {
	in.order.MaxObjectSize, in.limit = int64(maxObject), int64(max(maxData, 0))
}

// reset forgets what a client that has gone has half sent.
func (in *inbound) reset() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.order.Reset()
}

// take adds a client's input and gives each message that is complete to see.
func (s *session) take(in *inbound, d shell.Data, see func(psrp.Message) error) error {
	b, err := d.Bytes()
	if err != nil {
		return refuse(codeInputType, "The input is not base64.", err)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for f, err := range psrp.Fragments(b) {
		if err != nil {
			in.order.Reset()
			return refuse(codeNullInput, "The input is not made of PSRP fragments.", err)
		}
		m, complete, err := in.add(f)
		if err == nil && complete {
			err = see(m)
		}
		if err != nil {
			in.order.Reset()
			return err
		}
	}
	return nil
}

// add checks a fragment and keeps it.
func (in *inbound) add(f psrp.Fragment) (psrp.Message, bool, error) {
	if in.received += int64(len(f.Blob)); in.limit > 0 && in.received > in.limit {
		return psrp.Message{}, false, refuse(codeNullInput, fmt.Sprintf(
			"MaximumReceivedDataSizePerCommandMB allows %d bytes to be sent to one command, and this would be %d; send less, or ask an administrator to raise it.",
			in.limit, in.received), nil)
	}
	m, complete, err := in.order.Add(f.Header, f.Blob)
	if order, ok := errors.AsType[*psrp.OrderError](err); ok && order.Size > 0 {
		return m, false, refuse(codeNullInput, fmt.Sprintf(
			"MaximumReceivedObjectSizeMB allows %d bytes for one object, and this would be %d; send less, or ask an administrator to raise it.",
			in.order.MaxObjectSize, order.Size), err)
	}
	if err != nil {
		return m, false, refuse(codeNullInput, "A fragment of the input is out of order, or no message.", err)
	}
	return m, complete, nil
}
