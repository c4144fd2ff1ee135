//go:build cgo && unix

package main

// #include "bridge.h"
import "C"

import "github.com/winrmd/winrmd/cmd/libpsrpclient/winapi"

// Nobody calls main in a library.
func init() { go serve() }

// serve answers calls, each by itself: some wait for operations to end.
func serve() {
	C.bridge_restore_signals()
	for {
		c := C.bridge_next()
		go func() {
			c.result = C.uint32_t(answer(c))
			C.bridge_answer(c)
		}()
	}
}

// functions are what calls are answered by, with their names for the log. They
// return Windows' code of what is wrong with the arguments; everything else is
// told to a completion.
var functions = [C.CALLS]struct {
	name string
	do   func(*C.call) *winapi.Error
}{
	C.CALL_INITIALIZE:                   {"Initialize", initialize},
	C.CALL_DEINITIALIZE:                 {"Deinitialize", deinitialize},
	C.CALL_GET_ERROR_MESSAGE:            {"GetErrorMessage", getErrorMessage},
	C.CALL_CREATE_SESSION:               {"CreateSession", createSession},
	C.CALL_CLOSE_SESSION:                {"CloseSession", closeSession},
	C.CALL_SET_SESSION_OPTION:           {"SetSessionOption", setSessionOption},
	C.CALL_GET_SESSION_OPTION_AS_DWORD:  {"GetSessionOptionAsDword", getSessionOptionAsDword},
	C.CALL_GET_SESSION_OPTION_AS_STRING: {"GetSessionOptionAsString", getSessionOptionAsString},
	C.CALL_CREATE_SHELL:                 {"CreateShell", createShell},
	C.CALL_CONNECT_SHELL:                {"ConnectShell", connectShell},
	C.CALL_DISCONNECT_SHELL:             {"DisconnectShell", disconnectShell},
	C.CALL_RECONNECT_SHELL:              {"ReconnectShell", reconnectShell},
	C.CALL_CLOSE_SHELL:                  {"CloseShell", closeShell},
	C.CALL_RUN_COMMAND:                  {"RunShellCommand", runCommand},
	C.CALL_CONNECT_COMMAND:              {"ConnectShellCommand", connectCommand},
	C.CALL_RECONNECT_COMMAND:            {"ReconnectShellCommand", reconnectCommand},
	C.CALL_CLOSE_COMMAND:                {"CloseCommand", closeCommand},
	C.CALL_RECEIVE:                      {"ReceiveShellOutput", receive},
	C.CALL_SEND:                         {"SendShellInput", send},
	C.CALL_SIGNAL:                       {"SignalShell", signal},
	C.CALL_CLOSE_OPERATION:              {"CloseOperation", closeOperation},
	C.CALL_INVOKE:                       {"Invoke", invoke},
	C.CALL_FREE:                         {"Free", free},
}

func answer(c *C.call) uint32 {
	if c.function == C.CALL_COUNT {
		return uint32(table.Len()) + uint32(allocated.Load())
	}
	f := functions[c.function]
	var code uint32
	if err := f.do(c); err != nil {
		code = uint32(err.Code)
	}
	log.Debug("call", "function", f.name, "handle", c.handle, "command", c.command, "flags", c.flags, "number", c.number, "code", code)
	return code
}

// refuse says to the completion that a handle names nothing, and gives the handle
// 0.
func refuse(c *C.call) *winapi.Error {
	err := winapi.ErrorInvalidHandle()
	put(c.handle_place, 0)
	go completion(c, noData)(winapi.Event{Flags: winapi.FlagEndOfOperation, Err: err})
	return err
}
