package shellresource

import (
	"encoding/base64"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xpress"
)

// maxPlain is how many bytes one compressed input may come to. A chunk of 263
// bytes can hold 64 KiB, so an envelope could hold over a hundred megabytes.
const maxPlain = 32 << 20

// decompress undoes the compression of one rsp:Stream.
func decompress(d shell.Data) (shell.Data, error) {
	packed, err := d.Bytes()
	if err != nil {
		return d, err
	}
	plain, err := xpress.Decompress(nil, packed, maxPlain)
	if err != nil {
		return d, wsman.NewFault(wsman.CodeSchemaValidation, "The content of a stream is not compressed as the shell was created: "+err.Error()+".").WithCause(err)
	}
	return shell.BytesData(plain), nil
}

// appendCompressed appends a part's content, compressed, as base64 text.
// Compression adds at most 4 bytes to each 64 KiB, which partOverhead covers.
func appendCompressed(dst []byte, d shell.Data) []byte {
	plain, err := d.Bytes()
	if err != nil {
		return dst // it was put by a plug-in, which puts base64
	}
	return base64.StdEncoding.AppendEncode(dst, xpress.Compress(nil, plain))
}
