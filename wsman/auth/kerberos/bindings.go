package kerberos

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/binary"
)

// ChannelBinding returns what stands for a channel in checksum 0x8003: the MD5
// of the structure of RFC 2744 section 3.11 with both addresses empty, lengths
// little-endian (RFC 4121 section 4.1.1.2). The application data are for example
// "tls-server-end-point:" and the hash of the server's certificate (RFC 5929
// section 4).
func ChannelBinding(applicationData []byte) [md5.Size]byte {
	// Address type and length of the initiator and of the acceptor: all zero.
	b := make([]byte, 16, 20+len(applicationData))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(applicationData)))
	return md5.Sum(append(b, applicationData...))
}

// BindingPolicy says what is made of channel bindings. The names are those of
// WinRM's setting CbtHardeningLevel.
type BindingPolicy int

// The policies.
const (
	// BindingNone takes no notice of them.
	BindingNone BindingPolicy = iota
	// BindingRelaxed refuses wrong ones, and missing ones of a client that says
	// that it sends them where it can (MS-KILE section 3.4.5).
	BindingRelaxed
	// BindingStrict refuses wrong and missing ones.
	BindingStrict
)

// CheckBinding compares the client's channel bindings with the channel, which
// is described as for ChannelBinding. It returns ErrChannelBinding, or nil.
func (p *Peer) CheckBinding(policy BindingPolicy, applicationData []byte) error {
	if policy == BindingNone {
		return nil
	}
	if p.Binding == ([md5.Size]byte{}) {
		if policy == BindingStrict || p.BindingAware {
			return ErrChannelBinding
		}
		return nil
	}
	want := ChannelBinding(applicationData)
	if subtle.ConstantTimeCompare(want[:], p.Binding[:]) != 1 {
		return ErrChannelBinding
	}
	return nil
}
