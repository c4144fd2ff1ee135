//go:build cgo && unix

package main

// #include "bridge.h"
import "C"

import (
	"unicode/utf16"
	"unsafe"

	"github.com/winrmd/winrmd/cmd/libpsrpclient/winapi"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Limits of what a caller gives: more than any of it ever has.
const (
	maxText  = 64 << 20 // characters
	maxItems = 1 << 16
)

// text copies a text that ends with a zero; NULL is "".
func text(p *C.wsman_char) string {
	if p == nil {
		return ""
	}
	n := 0
	for n < maxText && *(*uint16)(unsafe.Add(unsafe.Pointer(p), 2*n)) != 0 {
		n++
	}
	return string(utf16.Decode(unsafe.Slice((*uint16)(unsafe.Pointer(p)), n)))
}

// units makes UTF-16 with a zero at the end; "" is nil, which C sees as NULL.
func units(s string) []uint16 {
	if s == "" {
		return nil
	}
	return append(utf16.Encode([]rune(s)), 0)
}

// first points to a text for C.
func first(u []uint16) *C.wsman_char { return (*C.wsman_char)(unsafe.Pointer(unsafe.SliceData(u))) }

// items is an array of C with a count.
func items[T any](p *T, count C.uint32_t) []T {
	if p == nil || count > maxItems {
		return nil
	}
	return unsafe.Slice(p, int(count))
}

func texts(p *C.wsman_texts) []string {
	if p == nil {
		return nil
	}
	var all []string
	for _, t := range items(p.items, p.count) {
		all = append(all, text(t))
	}
	return all
}

func options(p *C.wsman_options) []wsman.Option {
	if p == nil {
		return nil
	}
	var all []wsman.Option
	for _, o := range items(p.options, p.count) {
		all = append(all, wsman.Option{Name: text(o.name), Value: text(o.value), MustComply: o.must_comply != 0})
	}
	return all
}

func variables(p *C.wsman_variables) []wsmanclient.Variable {
	if p == nil {
		return nil
	}
	var all []wsmanclient.Variable
	for _, v := range items(p.variables, p.count) {
		all = append(all, wsmanclient.Variable{Name: text(v.name), Value: text(v.value)})
	}
	return all
}

// buffer is the length and the place of what a wsman_data holds.
func buffer(p *C.wsman_data) (unsafe.Pointer, int) {
	b := (*struct {
		length C.uint32_t
		data   unsafe.Pointer
	})(unsafe.Pointer(&p.value))
	return b.data, int(b.length)
}

// dataText is a text in a wsman_data; NULL, and anything else, is "".
func dataText(p *C.wsman_data) string {
	if p == nil || p._type != C.WSMAN_DATA_TEXT {
		return ""
	}
	at, n := buffer(p)
	if at == nil || n > maxText {
		return ""
	}
	return string(utf16.Decode(unsafe.Slice((*uint16)(at), n)))
}

// dataBytes is a copy of binary data; ok is false for anything else.
func dataBytes(p *C.wsman_data) (data []byte, ok bool) {
	if p == nil || p._type == C.WSMAN_DATA_NONE {
		return nil, true // the end of a stream, without data
	}
	at, n := buffer(p)
	if p._type != C.WSMAN_DATA_BINARY || n > maxText || at == nil && n > 0 {
		return nil, false
	}
	return C.GoBytes(at, C.int(n)), true
}

func credentials(p *C.wsman_credentials) winapi.Credentials {
	if p == nil {
		return winapi.Credentials{}
	}
	c := winapi.Credentials{Mechanism: winapi.Mechanism(p.mechanism)}
	if c.Mechanism == winapi.MechanismCertificate {
		c.Thumbprint = text(p.user)
		return c
	}
	c.User, c.Password = text(p.user), text(p.password)
	return c
}

func proxy(p *C.wsman_proxy) winapi.Proxy {
	if p == nil {
		return winapi.Proxy{}
	}
	c := credentials(&p.credentials)
	return winapi.Proxy{Access: winapi.ProxyAccess(p.access), Mechanism: c.Mechanism, User: c.User, Password: c.Password}
}

// put writes where the caller wants it; a caller who gives no place does not
// want it.
func put[T any](place *T, value T) {
	if place != nil {
		*place = value
	}
}

// announce is a winapi's announce for the place in a call.
func announce(c *C.call) func(winapi.Handle) {
	return func(h winapi.Handle) { put(c.handle_place, C.wsman_handle(h)) }
}

// lookup is what a handle of C stands for; nil where it is not a T.
func lookup[T any](h C.wsman_handle) *T { return winapi.Lookup[T](&table, winapi.Handle(h)) }
