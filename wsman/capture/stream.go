package capture

import (
	"encoding/base64"
	"strings"

	"github.com/winrmd/winrmd/wsman/xpress"
)

// DecodeStream reads the base64 of a stream, and Unpack what it may hold.
func DecodeStream(text string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
}

// Unpack decompresses the bytes of a stream whose shell is compressed (MS-WSMV
// 3.1.4.1.31.6); ok is false where they are not. The form is so strict that what
// is not compressed is not taken for it.
func Unpack(b []byte) (plain []byte, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	plain, err := xpress.Decompress(nil, b, MaxBody)
	return plain, err == nil && len(plain) > 0
}

// Pack is the inverse of Unpack.
func Pack(plain []byte) []byte { return xpress.Compress(nil, plain) }
