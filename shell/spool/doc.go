// Package spool keeps on disk what a shell holds of output beyond what memory
// should hold. A Spool is one shell's, in a directory of its own, and belongs
// to one process at a time.
//
// # Files
//
// Records are appended to segment files, "00000001.segment" and so on. A
// segment is made with its whole size, as a file with a hole; when the next
// one is begun it is cut to what was written. When all its records are freed
// it is removed, by a goroutine, so that Free does not wait for the disk. The
// newest is only emptied and stays until there is a newer one: thereby no
// number is ever used twice, and an old ref never finds another record.
//
// Each record has a header that says which it is, with a checksum over
// everything; Read verifies it. Beside the segments lies the file "index",
// which is the caller's own list.
//
// # Survival
//
// A record survives the death of the process from the moment that Append
// returns: Open on the same directory and Find give it back. Nothing is
// synchronised to the medium, so what is there after a death of the machine is
// whatever the operating system had written; the checksums tell.
//
// A process that comes after another does not know what that one had freed.
// So segments from before are kept, until Sweep says that all records that are
// wanted have been found. Then they are removed like others.
//
// # Limits
//
// What counts is the size of segment files, from when they are begun until
// they are removed: the newest one whole, the others as far as they are
// written, freed records included as long as one record in the same segment is
// not. The index does not count.
//
// The limit for all shells is looked at when a segment is begun, by reading
// the sizes of all segments of all of them, with a lock on a file that the
// processes share. Where they are of several accounts, and do not see each other's,
// one process that does sees how large each spool is, and puts down how large each
// may become; that file is read when a segment is begun.
package spool
