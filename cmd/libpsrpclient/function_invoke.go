//go:build cgo && unix

package main

// #include <stdlib.h>
// #include "bridge.h"
import "C"

import (
	"sync/atomic"
	"unicode/utf16"
	"unsafe"

	"github.com/winrmd/winrmd/cmd/libpsrpclient/winapi"
)

// allocated is how many answers have not been freed.
var allocated atomic.Int64

func invoke(c *C.call) *winapi.Error {
	if c.allocated_place == nil {
		return winapi.ErrorInvalidParameter("")
	}
	all := append(utf16.Encode([]rune(winapi.Invoke(text(c.text)))), 0)
	place := C.malloc(C.size_t(2 * len(all)))
	copy(unsafe.Slice((*uint16)(place), len(all)), all)
	allocated.Add(1)
	put(c.allocated_place, (*C.wsman_char)(place))
	return nil
}

func free(c *C.call) *winapi.Error {
	if c.text_place != nil {
		allocated.Add(-1)
		C.free(unsafe.Pointer(c.text_place))
	}
	return nil
}
