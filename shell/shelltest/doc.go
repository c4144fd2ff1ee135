// Package shelltest has a shell.Plugin that runs nothing: what its shells put
// out, and when their commands end, the test says. It is for the tests of
// package shell and of whatever is above it; it opens no file, process or
// socket, and starts no goroutine, so it fits a testing/synctest bubble.
//
// What a method does beside being recorded is set by the functions of Plugin.
// What a client does to a shell is not here: tests call shell.Shell.
package shelltest
