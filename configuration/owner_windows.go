package configuration

import "os"

// noLink is nothing here: making a link takes a right.
const noLink = 0

// shareOwner has nothing to do: files have the access list of their directory.
func shareOwner(*os.File) error { return nil }
