package powershell

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell"
)

func TestLimitMessage(t *testing.T) {
	e := &shell.LimitError{Setting: "MaxProcessesPerShell", Limit: 3, Use: 5, Unit: "processes", Effect: "two were ended"}
	text, err := limitMessage(psrp.GUID{1}, psrp.GUID{2}, e)
	require.NoError(t, err)
	m, err := psrp.ParseMessage(text)
	require.NoError(t, err)
	assert.Equal(t, psrp.MessageErrorRecord, m.Type)
	v, err := clixml.Parse(m.Data)
	require.NoError(t, err)
	record, err := clixml.ReadErrorRecord(v)
	require.NoError(t, err)
	assert.Equal(t, "the session has reached MaxProcessesPerShell: its limit is 3 processes and its use was 5 processes; two were ended", record.Text())
	assert.Equal(t, limitID, record.FullyQualifiedErrorID)
}
