package usertoken

import (
	"encoding/binary"
	"errors"
	"unicode/utf16"
)

// MSV1_0_S4U_LOGON and KERB_S4U_LOGON (ntsecapi.h) have the same form: a message
// type, flags, and the name and domain of who is to be logged on, as two
// UNICODE_STRINGs. Their characters must lie behind them in the same memory.
const (
	messageS4U = 12 // MsV1_0S4ULogon and KerbS4ULogon

	// checkLogonHours has the LSA refuse an account whose logon hours do not allow a
	// logon now (MSV1_0_S4U_LOGON_FLAG_CHECK_LOGONHOURS, and that of Kerberos).
	checkLogonHours = 2
)

// s4uLogon is who is to be logged on without a password.
type s4uLogon struct {
	name, domain []uint16 // without their end; no domain is none
}

// maxUnicodeString is how many bytes a UNICODE_STRING may have, with its end.
const maxUnicodeString = 1<<16 - 2

func newS4ULogon(name, domain string) (*s4uLogon, error) {
	l := &s4uLogon{name: utf16.Encode([]rune(name)), domain: utf16.Encode([]rune(domain))}
	if len(l.name) == 0 {
		return nil, errors.New("the logon of nobody")
	}
	for _, text := range [][]uint16{l.name, l.domain} {
		if 2*len(text)+2 > maxUnicodeString {
			return nil, errors.New("the name of an account is too long")
		}
		for _, unit := range text {
			if unit == 0 {
				return nil, errors.New("the name of an account has a NUL in it")
			}
		}
	}
	return l, nil
}

// stringSize is the size of a UNICODE_STRING where a pointer has so many bytes: two
// lengths, and the pointer where its alignment puts it.
func stringSize(pointer int) int { return 2 * pointer }

// headSize is the size of the structure without the characters.
func headSize(pointer int) int { return 8 + 2*stringSize(pointer) }

// size is how many bytes pack needs.
func (l *s4uLogon) size(pointer int) int {
	size := headSize(pointer) + 2*len(l.name) + 2
	if len(l.domain) > 0 {
		size += 2*len(l.domain) + 2
	}
	return size
}

// pack writes the structure into memory that is all zero, has the size and begins
// at an address, for a system whose pointers have so many bytes (4 or 8).
func (l *s4uLogon) pack(memory []byte, address uint64, pointer int) {
	binary.LittleEndian.PutUint32(memory, messageS4U)
	binary.LittleEndian.PutUint32(memory[4:], checkLogonHours)
	next := headSize(pointer)
	for i, text := range [][]uint16{l.name, l.domain} {
		if len(text) == 0 {
			continue
		}
		head := memory[8+i*stringSize(pointer):]
		binary.LittleEndian.PutUint16(head, uint16(2*len(text)))
		binary.LittleEndian.PutUint16(head[2:], uint16(2*len(text)+2))
		putPointer(head[pointer:], address+uint64(next), pointer)
		for _, unit := range text {
			binary.LittleEndian.PutUint16(memory[next:], unit)
			next += 2
		}
		next += 2 // a zero behind it
	}
}

func putPointer(memory []byte, address uint64, pointer int) {
	if pointer == 4 {
		binary.LittleEndian.PutUint32(memory, uint32(address))
		return
	}
	binary.LittleEndian.PutUint64(memory, address)
}
