package shellresource

import (
	"encoding/base64"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xpress"
)

// maxPlain is how many bytes the compressed input of one Send may come to. A
// chunk of 263 bytes can hold 64 KiB, so an envelope could hold over a hundred
// megabytes.
const maxPlain = 32 << 20

// decompress undoes the compression of the streams of a Send: of all before
// any of them goes on, so that one that cannot be read leaves nothing half done.
func decompress(inputs []input) error {
	left := maxPlain
	for i := range inputs {
		packed, err := inputs[i].Data.Bytes()
		if err != nil {
			return err
		}
		plain, err := xpress.Decompress(nil, packed, left)
		if err != nil {
			return wsman.NewFault(wsman.CodeSchemaValidation, "The content of a stream is not compressed as the shell was created: "+err.Error()+".").WithCause(err)
		}
		left -= len(plain)
		inputs[i].Data = shell.BytesData(plain)
	}
	return nil
}

// compressedRoom is the room for streams that are compressed, of room for text.
// What does not get smaller grows by 4 bytes for each 64 KiB.
func compressedRoom(room int) int { return room - room>>13 }

// appendCompressed appends a part's content, compressed, as base64 text. The
// first 4 bytes that compression may add are in partOverhead.
func appendCompressed(dst []byte, d shell.Data) []byte {
	plain, err := d.Bytes()
	if err != nil {
		return dst // it was put by a plug-in, which puts base64
	}
	return base64.StdEncoding.AppendEncode(dst, xpress.Compress(nil, plain))
}
