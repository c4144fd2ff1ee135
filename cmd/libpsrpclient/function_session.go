//go:build cgo && unix

package main

// #include "bridge.h"
import "C"

import (
	"unicode/utf16"
	"unsafe"

	"github.com/winrmd/winrmd/cmd/libpsrpclient/winapi"
	"github.com/winrmd/winrmd/wsman"
)

func initialize(c *C.call) *winapi.Error {
	if c.handle_place == nil {
		return winapi.ErrorInvalidParameter("")
	}
	put(c.handle_place, C.wsman_handle(winapi.NewAPI(&table).Handle()))
	return nil
}

func deinitialize(c *C.call) *winapi.Error {
	a := lookup[winapi.API](c.handle)
	if a == nil {
		return winapi.ErrorInvalidHandle()
	}
	a.Close()
	return nil
}

func createSession(c *C.call) *winapi.Error {
	a := lookup[winapi.API](c.handle)
	switch {
	case a == nil:
		return winapi.ErrorInvalidHandle()
	case c.handle_place == nil:
		return winapi.ErrorInvalidParameter("")
	}
	s, err := a.NewSession(text(c.text), credentials(c.credentials), proxy(c.proxy))
	if err == nil {
		put(c.handle_place, C.wsman_handle(s.Handle()))
	}
	return err
}

func closeSession(c *C.call) *winapi.Error {
	s := lookup[winapi.Session](c.handle)
	if s == nil {
		return winapi.ErrorInvalidHandle()
	}
	s.Close()
	return nil
}

func setSessionOption(c *C.call) *winapi.Error {
	s := lookup[winapi.Session](c.handle)
	switch {
	case s == nil:
		return winapi.ErrorInvalidHandle()
	case c.data == nil:
		return winapi.ErrorInvalidParameter("")
	case c.data._type == C.WSMAN_DATA_DWORD:
		return s.SetNumber(winapi.Option(c.number), *(*uint32)(unsafe.Pointer(&c.data.value)))
	}
	return s.SetString(winapi.Option(c.number), dataText(c.data))
}

func getSessionOptionAsDword(c *C.call) *winapi.Error {
	s := lookup[winapi.Session](c.handle)
	if s == nil {
		return winapi.ErrorInvalidHandle()
	}
	v, err := s.Number(winapi.Option(c.number))
	if err == nil {
		put(c.number_place, C.uint32_t(v))
	}
	return err
}

func getSessionOptionAsString(c *C.call) *winapi.Error {
	s := lookup[winapi.Session](c.handle)
	if s == nil {
		return winapi.ErrorInvalidHandle()
	}
	v, err := s.String(winapi.Option(c.number))
	if err != nil {
		return err
	}
	return write(v, c)
}

func getErrorMessage(c *C.call) *winapi.Error {
	if lookup[winapi.API](c.handle) == nil {
		return winapi.ErrorInvalidHandle()
	}
	return write(winapi.Message(wsman.FaultCode(c.number)), c)
}

// write writes a text with its zero where there is room for so many characters,
// and says how many these are. PowerShell says that there is twice the room that
// there is, and has room for what was said to be needed.
func write(s string, c *C.call) *winapi.Error {
	all := append(utf16.Encode([]rune(s)), 0)
	put(c.number_place, C.uint32_t(len(all)))
	if c.text_place == nil || int(c.length) < len(all) {
		return winapi.ErrorInsufficientBuffer()
	}
	copy(unsafe.Slice((*uint16)(unsafe.Pointer(c.text_place)), len(all)), all)
	return nil
}
