//go:build cgo && unix

package main

// #include "bridge.h"
import "C"

import "github.com/winrmd/winrmd/cmd/libpsrpclient/winapi"

func createShell(c *C.call) *winapi.Error {
	s := lookup[winapi.Session](c.handle)
	if s == nil {
		return refuse(c)
	}
	p := winapi.ShellParameters{
		Flags: uint32(c.flags), ResourceURI: text(c.text), ShellID: text(c.id), Options: options(c.options), Content: dataText(c.data),
	}
	if i := c.startup; i != nil {
		p.Name, p.WorkingDirectory = text(i.name), text(i.directory)
		p.InputStreams, p.OutputStreams = texts(i.input), texts(i.output)
		p.IdleTimeout, p.Environment = uint32(i.idle_timeout), variables(i.variables)
	}
	s.CreateShell(p, completion(c, textData), announce(c))
	return nil
}

func connectShell(c *C.call) *winapi.Error {
	s := lookup[winapi.Session](c.handle)
	if s == nil {
		return refuse(c)
	}
	s.ConnectShell(winapi.ConnectParameters{
		Flags: uint32(c.flags), ResourceURI: text(c.text), ShellID: text(c.id), Options: options(c.options), Content: dataText(c.data),
	}, completion(c, textData), announce(c))
	return nil
}

func disconnectShell(c *C.call) *winapi.Error {
	sh := lookup[winapi.Shell](c.handle)
	if sh == nil {
		return refuse(c)
	}
	idle := uint32(winapi.ServerDefault)
	if c.idle != nil {
		idle = uint32(*c.idle)
	}
	sh.Disconnect(uint32(c.flags), idle, completion(c, noData))
	return nil
}

func reconnectShell(c *C.call) *winapi.Error {
	sh := lookup[winapi.Shell](c.handle)
	if sh == nil {
		return refuse(c)
	}
	sh.Reconnect(uint32(c.flags), completion(c, noData))
	return nil
}

func closeShell(c *C.call) *winapi.Error {
	sh := lookup[winapi.Shell](c.handle)
	if sh == nil {
		return refuse(c)
	}
	sh.Close(completion(c, noData))
	return nil
}
