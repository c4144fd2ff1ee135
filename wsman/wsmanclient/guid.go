package wsmanclient

import (
	"strings"

	"github.com/google/uuid"
)

// newGUID makes a GUID in upper case, as Windows writes them.
func newGUID() string { return strings.ToUpper(uuid.NewString()) }

// newID names a message, an operation or a session.
func newID() string { return "uuid:" + newGUID() }
