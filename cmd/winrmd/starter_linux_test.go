package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGivenBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		state, directories string
		want               bool
	}{
		{"/var/lib/winrmd", "/var/lib/winrmd", true},
		{"/var/lib/winrmd/", "/var/lib/a:/var/lib/winrmd", true},
		{"/var/lib/winrmd", "/var/lib/winrmd2:/var/lib", false},
		{"/var/lib/winrmd", "", false},
	} {
		assert.Equal(t, tt.want, givenBack(tt.state, tt.directories), "%+v", tt)
	}
}
