package sealed

import (
	"encoding/binary"
	"strconv"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

// Room is what is left free at the head of a buffer, for what stands before an
// envelope when it is sealed.
const Room = 512

// closing ends a sealed message.
const closing = "--" + boundary + "--\r\n"

// Seal seals the text behind the Room of a buffer, and returns what goes over
// the wire, which is part of the buffer where that is large enough. Every line,
// tab and blank is as Windows writes it: peers compare bytes. An error is the
// Sealer's.
func Seal(sealer auth.Sealer, charset wsman.Charset, buffer *[]byte) (Media, []byte, error) {
	m := Media{protocol: sealer.Protocol(), boundary: boundary}
	plain := (*buffer)[Room:]
	if p, ok := sealer.(auth.PieceSealer); ok && len(plain) > p.MaxPiece() {
		m.several = true
		body, err := sealPieces(p, m, charset, plain)
		return m, body, err
	}
	n := len(plain)
	signature, sealed, err := sealer.Seal(plain)
	if err != nil {
		return m, nil, err
	}
	var scratch [Room]byte
	head := appendPieceHead(scratch[:0], m, charset, n, signature)
	if len(sealed) == 0 || n == 0 || &sealed[0] != &plain[0] {
		*buffer = append((*buffer)[:Room], sealed...)
	}
	if len(head) > Room {
		return m, append(append(head, sealed...), closing...), nil
	}
	*buffer = append(*buffer, closing...)
	begin := Room - len(head)
	copy((*buffer)[begin:], head)
	return m, (*buffer)[begin:], nil
}

// sealPieces seals text that is longer than one piece may be.
func sealPieces(sealer auth.PieceSealer, m Media, charset wsman.Charset, plain []byte) ([]byte, error) {
	most := sealer.MaxPiece()
	body := make([]byte, 0, len(plain)+(len(plain)/most+1)*Room+len(closing))
	for len(plain) > 0 {
		n := min(most, len(plain))
		signature, sealed, err := sealer.Seal(plain[:n:n])
		if err != nil {
			return nil, err
		}
		body = appendPieceHead(body, m, charset, n, signature)
		body = append(body, sealed...)
		plain = plain[n:]
	}
	return append(body, closing...), nil
}

// appendPieceHead appends everything of a piece but its sealed text (MS-WSMV
// 2.2.9.1.1.2).
func appendPieceHead(b []byte, m Media, charset wsman.Charset, length int, signature []byte) []byte {
	b = append(b, "--"+boundary+"\r\n\tContent-Type: "...)
	b = append(b, m.protocol...)
	b = append(b, "\r\n\tOriginalContent: type="...)
	b = append(b, charset.ContentType()...)
	b = append(b, ";Length="...)
	b = strconv.AppendInt(b, int64(length), 10)
	b = append(b, "\r\n--"+boundary+"\r\n\tContent-Type: "+mediaOctets+"\r\n"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(signature)))
	return append(b, signature...)
}
