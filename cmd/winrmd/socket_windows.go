package main

import "net"

// listenPrivate listens at a socket in the state directory, whose access list
// says who may use it.
func listenPrivate(path string) (net.Listener, error) { return net.Listen("unix", path) }
