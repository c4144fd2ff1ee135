//go:build cgo && unix

package main

// #include "bridge.h"
import "C"

import (
	"unicode/utf16"
	"unsafe"

	"github.com/winrmd/winrmd/cmd/libpsrpclient/winapi"
)

// What the data of a completion is.
const (
	noData = iota
	textData
	receivedData
)

// completion makes a winapi.Completion of a call's, with text where it is one of a
// CreateShell or ConnectShell. A caller who gives none is told nothing.
func completion(c *C.call, kind C.uint32_t) winapi.Completion {
	async := c.async
	if async.completion == nil {
		return func(winapi.Event) {}
	}
	return func(e winapi.Event) { complete(async, kind, e) }
}

// complete calls C, which gets to see memory of Go for as long as the call takes.
// Nothing is allocated there, so there is nothing to free.
func complete(async C.wsman_async, kind C.uint32_t, e winapi.Event) {
	var failure winapi.Error
	if e.Err != nil {
		failure = *e.Err
	}
	log.Debug("completion", "context", async.context, "flags", e.Flags, "code", failure.Code, "detail", failure.Detail,
		"shell", e.Shell, "command", e.Command, "operation", e.Operation, "output", e.Output != nil)
	var stream, state, characters []uint16
	var data unsafe.Pointer
	var length, exit C.uint32_t
	switch {
	case e.Output != nil:
		kind = receivedData
		stream, state, exit = units(e.Output.Stream), units(e.Output.CommandState), C.uint32_t(e.Output.ExitCode)
		data, length = unsafe.Pointer(unsafe.SliceData(e.Output.Data)), C.uint32_t(len(e.Output.Data))
	case kind == textData:
		characters = append(utf16.Encode([]rune(e.Text)), 0)
		data, length = unsafe.Pointer(unsafe.SliceData(characters)), C.uint32_t(len(characters)-1)
	}
	C.bridge_complete(async, C.uint32_t(e.Flags), C.uint32_t(failure.Code), first(units(failure.Detail)),
		first(units(failure.Language)), first(units(failure.Machine)), C.wsman_handle(e.Shell), C.wsman_handle(e.Command),
		C.wsman_handle(e.Operation), kind, first(stream), data, length, first(state), exit)
}
