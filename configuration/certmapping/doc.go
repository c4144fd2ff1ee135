// Package certmapping reads and writes which users client certificates stand
// for, and reads the authorities whose certificates count: the file
// certmapping.toml of a state directory, and files of PEM certificates.
//
// A changed file is read again. Nobody is let in by a file that cannot be read
// or that has an error: an entry that somebody has taken out must not count
// because of a mistake in another line.
package certmapping
