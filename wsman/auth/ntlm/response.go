package ntlm

import "encoding/binary"

// Response is an NTLMv2 response: a proof, and what it was made over besides
// the server's challenge (MS-NLMP 2.2.2.8, NTLMv2_RESPONSE, and 2.2.2.7,
// NTLMv2_CLIENT_CHALLENGE).
type Response struct {
	// Proof is NTProofStr.
	Proof [16]byte
	// Time is the server's where it told it, else the client's own.
	Time FileTime
	// Random is the client's challenge.
	Random [8]byte
	// Pairs are the server's and the client's. They are part of what Proof was
	// made over.
	Pairs AVPairs

	blob []byte // what was read after Proof, byte for byte
}

// The sizes of the parts of a response, in bytes.
const (
	proofSize   = 16
	blobSize    = 28                   // before the pairs
	ntlmv1Size  = 24                   // of a whole NTLMv1 response
	leastNTLMv2 = proofSize + blobSize // of a whole NTLMv2 response, without pairs
)

// DecodeResponse reads a response without copying. Errors are *MessageError,
// or ErrNTLMv1.
func DecodeResponse(b []byte) (*Response, error) {
	switch {
	case len(b) == ntlmv1Size:
		return nil, ErrNTLMv1
	case len(b) < leastNTLMv2:
		return nil, &MessageError{"AUTHENTICATE", "NtChallengeResponse", "is too short"}
	}
	blob := b[proofSize:]
	if blob[0] != 1 || blob[1] != 1 {
		return nil, &MessageError{"AUTHENTICATE", "NtChallengeResponse", "is of an unknown version"}
	}
	pairs, err := DecodeAVPairs(blob[blobSize:])
	if err != nil {
		return nil, err
	}
	return &Response{
		Proof:  [proofSize]byte(b),
		Time:   FileTime(binary.LittleEndian.Uint64(blob[8:])),
		Random: [8]byte(blob[16:]),
		Pairs:  pairs,
		blob:   blob,
	}, nil
}

// appendBlob appends what the proof is made over (temp in MS-NLMP 3.3.2).
func (r *Response) appendBlob(b []byte) []byte {
	b = append(b, 1, 1, 0, 0, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(r.Time))
	b = append(b, r.Random[:]...)
	b = append(b, 0, 0, 0, 0)
	b = r.Pairs.Append(b)
	return append(b, 0, 0, 0, 0)
}

// Append appends the response.
func (r *Response) Append(b []byte) []byte {
	return r.appendBlob(append(b, r.Proof[:]...))
}
