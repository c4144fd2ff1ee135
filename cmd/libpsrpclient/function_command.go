//go:build cgo && unix

package main

// #include "bridge.h"
import "C"

import "github.com/winrmd/winrmd/cmd/libpsrpclient/winapi"

func runCommand(c *C.call) *winapi.Error {
	sh := lookup[winapi.Shell](c.handle)
	if sh == nil {
		return refuse(c)
	}
	sh.RunCommand(winapi.CommandParameters{
		ID: text(c.id), Line: text(c.text), Arguments: texts(c.texts), Options: options(c.options),
	}, completion(c, noData), announce(c))
	return nil
}

func connectCommand(c *C.call) *winapi.Error {
	sh := lookup[winapi.Shell](c.handle)
	if sh == nil {
		return refuse(c)
	}
	sh.ConnectCommand(text(c.id), dataText(c.data), completion(c, noData), announce(c))
	return nil
}

func reconnectCommand(c *C.call) *winapi.Error {
	command := lookup[winapi.Command](c.handle)
	if command == nil {
		return refuse(c)
	}
	command.Reconnect(completion(c, noData))
	return nil
}

func closeCommand(c *C.call) *winapi.Error {
	command := lookup[winapi.Command](c.handle)
	if command == nil {
		return refuse(c)
	}
	command.Close(completion(c, noData))
	return nil
}

// target is whose operation is asked for: a command's where there is a handle of
// one. ok is false where a handle names nothing.
func target(c *C.call) (sh *winapi.Shell, command *winapi.Command, ok bool) {
	sh = lookup[winapi.Shell](c.handle)
	if c.command == 0 {
		return sh, nil, sh != nil
	}
	command = lookup[winapi.Command](c.command)
	return sh, command, sh != nil && command != nil && command.Shell() == sh
}

func receive(c *C.call) *winapi.Error {
	sh, command, ok := target(c)
	if !ok {
		return refuse(c)
	}
	sh.Receive(command, uint32(c.flags), texts(c.texts), completion(c, noData), announce(c))
	return nil
}

func send(c *C.call) *winapi.Error {
	sh, command, ok := target(c)
	if !ok {
		return refuse(c)
	}
	data, binary := dataBytes(c.data)
	if !binary {
		err := winapi.ErrorInvalidParameter("The data must be binary.")
		put(c.handle_place, 0)
		go completion(c, noData)(winapi.Event{Flags: winapi.FlagEndOfOperation, Err: err})
		return err
	}
	sh.Send(command, text(c.text), data, c.end != 0, completion(c, noData), announce(c))
	return nil
}

func signal(c *C.call) *winapi.Error {
	sh, command, ok := target(c)
	if !ok {
		return refuse(c)
	}
	sh.Signal(command, text(c.text), completion(c, noData), announce(c))
	return nil
}

func closeOperation(c *C.call) *winapi.Error {
	o := lookup[winapi.Operation](c.handle)
	if o == nil {
		return winapi.ErrorInvalidHandle()
	}
	o.Close()
	return nil
}
