package psrpclient

import (
	"context"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// channel receives one stream of a shell or command. It is not safe for
// concurrent use.
type channel struct {
	stream  stream
	scanner xmlscan.Scanner
	buffer  []byte
	lost    []byte // the request whose answer did not come
}

// receive sends a Receive and decodes the answer. That there is nothing to
// give before the OperationTimeout is no error. A request without an answer is
// kept, to be sent again.
func (h *channel) receive(ctx context.Context, c *Client, envelope []byte, each func(psrp.Message) error) (done bool, err error) {
	h.lost = envelope
	c.counts.receives.Add(1)
	answer, err := c.exchange(ctx, envelope, h.buffer)
	if err != nil {
		if IsFault(err, wsman.CodeOperationTimedOut) {
			h.lost = nil
			return false, nil
		}
		return false, err
	}
	h.lost, h.buffer = nil, answer
	h.scanner.Reset(answer)
	return readReceive(&h.scanner, func(text []byte) error {
		c.counts.streams.Add(1)
		c.counts.streamText.Add(int64(len(text)))
		return h.stream.add(text, each)
	})
}
