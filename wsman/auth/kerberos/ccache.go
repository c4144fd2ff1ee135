package kerberos

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// WriteCCache writes credentials as a credential cache file in MIT's format,
// version 4, which KRB5CCNAME may name. The file can be read and written by its
// owner only. It takes the place of an older one at once or not at all; a link
// of that name is replaced, not followed. Whoever has it written removes it. On
// Windows, who may read it is what the directory says.
func WriteCCache(path string, c *Credentials) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".ccache-*") // mode 0600
	if err != nil {
		return fmt.Errorf("credential cache: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("credential cache: %w", errors.Join(err, os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(marshalCCache(c))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// CCache is the content of a credential cache file, as WriteCCache writes it.
func (c *Credentials) CCache() []byte { return marshalCCache(c) }

// marshalCCache has all numbers big-endian, as version 4 wants them
// (https://web.mit.edu/kerberos/krb5-latest/doc/formats/ccache_file_format.html).
func marshalCCache(c *Credentials) []byte {
	b := []byte{5, 4, 0, 12, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0} // clock of the KDC is ours
	b = appendPrincipal(b, c.Client)
	for _, t := range c.Tickets {
		b = t.append(b)
	}
	return b
}

func (c Credential) append(b []byte) []byte {
	b = appendPrincipal(b, c.Client)
	b = appendPrincipal(b, c.Service)
	b = binary.BigEndian.AppendUint16(b, uint16(c.Key.Type))
	b = appendData(b, c.Key.Value)
	start := c.StartTime
	if start.IsZero() {
		start = c.AuthTime
	}
	for _, t := range []time.Time{c.AuthTime, start, c.EndTime, c.RenewTill} {
		b = binary.BigEndian.AppendUint32(b, seconds(t))
	}
	b = append(b, 0) // no session key of another ticket
	b = binary.BigEndian.AppendUint32(b, c.Flags)
	b = binary.BigEndian.AppendUint32(b, 0) // addresses
	b = binary.BigEndian.AppendUint32(b, 0) // authorization data
	b = appendData(b, c.Ticket)
	return appendData(b, nil) // second ticket
}

// seconds is a time as the format has it: since 1970, 0 for none.
func seconds(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(t.Unix())
}

func appendPrincipal(b []byte, p Principal) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(p.Type))
	b = binary.BigEndian.AppendUint32(b, uint32(len(p.Name)))
	b = appendData(b, []byte(p.Realm))
	for _, name := range p.Name {
		b = appendData(b, []byte(name))
	}
	return b
}

func appendData(b, data []byte) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(data))), data...)
}
