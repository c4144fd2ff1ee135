// Package architecture holds tests of the module's own shape: which package
// may import which, package comments, and the size of files. It has no code.
package architecture
