package usertoken

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	serviceID = "S-1-5-18"
	annID     = "S-1-5-21-1-2-3-1001"
)

// TestDescriptors has them as icacls and the documentation of SDDL have them.
func TestDescriptors(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "O:S-1-5-18D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;S-1-5-18)(A;;0x1201bf;;;"+annID+")"+
		"(A;OICIIO;0x1301bf;;;"+annID+")(A;OICIIO;0x1301bf;;;OW)", directoryDescriptor(serviceID, annID))
	assert.Equal(t, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-5-18)", stateDescriptor(serviceID))
	assert.Equal(t, stateDescriptor(serviceID)+"(A;OINPIO;FR;;;AU)", sessionsDescriptor(serviceID))
	assert.Equal(t, "O:S-1-5-18D:P(A;;GA;;;SY)(A;;GA;;;S-1-5-18)(A;;0x100004;;;"+annID+")", jobDescriptor(serviceID, annID))
}

func TestRelativeID(t *testing.T) {
	t.Parallel()
	n, err := relativeID(annID)
	require.NoError(t, err)
	assert.EqualValues(t, 1001, n)
	for _, sid := range []string{"", "1001", "S-1-5-21-", "S-1-5-x", "S-1-5-4294967296"} {
		_, err := relativeID(sid)
		assert.Error(t, err, "%q", sid)
	}
}

// TestAdmit is the table of accounts that nobody gets.
func TestAdmit(t *testing.T) {
	t.Parallel()
	for sid, ok := range map[string]bool{
		annID: true, "S-1-5-21-1-2-3-500": true, "S-1-12-1-1-2-3-4": true,
		"S-1-5-21-1-2-3-501": false, "S-1-5-21-1-2-3-502": false, "S-1-5-21-1-2-3-999": false,
		"S-1-5-18": false, "S-1-5-19": false, "S-1-5-32-544": false, "S-1-5-80-1-2-3-4-5000": false, "": false,
	} {
		assert.Equal(t, ok, admit("ann", sid) == nil, "%q", sid)
	}
}

func TestParsePrincipal(t *testing.T) {
	t.Parallel()
	assert.Equal(t, principal{name: "ann"}, parsePrincipal("ann"))
	assert.True(t, parsePrincipal("ann").local())
	assert.Equal(t, principal{"CORP", "ann"}, parsePrincipal(`CORP\ann`))
	assert.False(t, parsePrincipal(`CORP\ann`).local())
}
