package clixml_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// capturesDir finds the captures, which lie beside the repository.
func capturesDir(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		captures := filepath.Join(dir, "shared", "captures", "pypsrp")
		if _, err := os.Stat(captures); err == nil {
			return captures
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no captures in ../shared/captures")
	}
	t.Skip("no captures in ../shared/captures")
	return ""
}

// carrier is an element that holds fragments, and what tells its stream from
// others.
var (
	carrier   = regexp.MustCompile(`<(?:\w+:)?(creationXml|connectXml|connectResponseXml|Arguments|Stream)([^>]*)>([A-Za-z0-9+/=\s]+)<`)
	commandID = regexp.MustCompile(`CommandId="([^"]*)"`)
)

// capturedMessages are all whole messages of the captures, each with whether a
// Windows server has sent it.
func capturedMessages(t testing.TB, each func(m psrp.Message, fromWindows bool)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(capturesDir(t), "*.yml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		var exchange struct {
			Messages []struct{ Request, Response string }
		}
		require.NoError(t, yaml.Unmarshal(content, &exchange), file)
		streams := map[string]*psrp.Defragmenter{}
		read := func(envelope string, fromWindows bool) {
			for _, found := range carrier.FindAllStringSubmatch(envelope, -1) {
				key := strings.Join(append(commandID.FindStringSubmatch(found[2]), found[1]), " ")
				if !fromWindows {
					key = "client " + key
				}
				if streams[key] == nil || strings.HasSuffix(found[1], "Xml") {
					streams[key] = &psrp.Defragmenter{}
				}
				b, err := base64.StdEncoding.DecodeString(found[3])
				if err != nil {
					continue // an argument of a command shell
				}
				for f, err := range psrp.Fragments(b) {
					if err != nil {
						break // of a command shell, which knows no fragments
					}
					m, complete, err := streams[key].Add(f.Header, f.Blob)
					if err == nil && complete {
						each(m, fromWindows)
					}
				}
			}
		}
		for _, m := range exchange.Messages {
			read(m.Request, false)
			read(m.Response, true)
		}
	}
}

// TestCaptures: everything that a Windows server has sent is read, and written
// again the same to the byte.
func TestCaptures(t *testing.T) {
	t.Parallel()
	windows, client := 0, 0
	capturedMessages(t, func(m psrp.Message, fromWindows bool) {
		if len(m.Data) == 0 {
			return
		}
		v, err := clixml.Parse(m.Data)
		require.NoError(t, err, "%s: %s", m.Type, m.Data)
		again, err := clixml.Append(nil, v)
		require.NoError(t, err)
		if !fromWindows {
			client++
			return // pypsrp, which writes other forms of the same
		}
		windows++
		assert.Equal(t, strings.TrimPrefix(string(m.Data), "\ufeff"), string(again), m.Type.String())
	})
	t.Logf("%d messages of Windows, %d of clients", windows, client)
	assert.Greater(t, windows, 200)
	assert.Greater(t, client, 100)
}

// TestCapturedRecords: the records that Windows has sent are read as records,
// and what is made of them again holds all that they hold.
func TestCapturedRecords(t *testing.T) {
	t.Parallel()
	count := map[psrp.MessageType]int{}
	capturedMessages(t, func(m psrp.Message, fromWindows bool) {
		if !fromWindows || len(m.Data) == 0 {
			return
		}
		v, err := clixml.Parse(m.Data)
		require.NoError(t, err)
		var text string
		switch m.Type {
		case psrp.MessageErrorRecord:
			r, err := clixml.ReadErrorRecord(v)
			require.NoError(t, err, "%s", m.Data)
			again, err := clixml.ReadErrorRecord(r.Object())
			require.NoError(t, err)
			assert.Equal(t, r, again)
			text = r.Text()
		case psrp.MessageInformationRecord:
			r, err := clixml.ReadInformationRecord(v)
			require.NoError(t, err, "%s", m.Data)
			again, err := clixml.ReadInformationRecord(r.Object())
			require.NoError(t, err)
			assert.Equal(t, r, again)
			text = r.Text()
		case psrp.MessageProgressRecord:
			r, err := clixml.ReadProgressRecord(v)
			require.NoError(t, err, "%s", m.Data)
			again, err := clixml.Append(nil, r.Object())
			require.NoError(t, err)
			assert.Equal(t, strings.TrimPrefix(string(m.Data), "\ufeff"), string(again))
			text = r.Text()
		case psrp.MessageWarningRecord, psrp.MessageVerboseRecord, psrp.MessageDebugRecord:
			r, err := clixml.ReadInformationalRecord(v)
			require.NoError(t, err, "%s", m.Data)
			again, err := clixml.ReadInformationalRecord(r.Object(clixml.WarningRecord))
			require.NoError(t, err)
			assert.Equal(t, r, again)
			text = r.Text()
		default:
			return
		}
		count[m.Type]++
		assert.NotEmpty(t, text)
		plain, err := psrp.ReadPlainText(m)
		require.NoError(t, err)
		assert.Equal(t, plain.Text, text, "%s", m.Data)
	})
	t.Log(count)
	for _, kind := range []psrp.MessageType{
		psrp.MessageErrorRecord, psrp.MessageInformationRecord, psrp.MessageProgressRecord,
		psrp.MessageWarningRecord, psrp.MessageVerboseRecord, psrp.MessageDebugRecord,
	} {
		assert.NotZero(t, count[kind], kind.String())
	}
}

// TestReplacesOwnMessages: what package psrp writes by hand is what is written
// here.
func TestReplacesOwnMessages(t *testing.T) {
	t.Parallel()
	b := psrp.PipelineStateMessage(psrp.GUID{1}, psrp.GUID{2}, psrp.PSInvocationStopped, "the <reason>\n_x0041_ 😀")
	m, err := psrp.ParseMessage(b)
	require.NoError(t, err)
	v, err := clixml.Parse(m.Data)
	require.NoError(t, err)
	again, err := clixml.Append(nil, v)
	require.NoError(t, err)
	document := strings.TrimPrefix(string(m.Data), "\ufeff")
	assert.Equal(t, document, string(again))

	record := clixml.ErrorRecord{
		Message: "the <reason>\n_x0041_ 😀", FullyQualifiedErrorID: "PipelineStopped",
		Category: clixml.OperationStopped, CategoryReason: "RuntimeException",
	}
	made, err := clixml.Append(nil, &clixml.Object{Extended: clixml.Properties{
		{Name: "PipelineState", Value: clixml.Int32(psrp.PSInvocationStopped)},
		{Name: "ExceptionAsErrorRecord", Value: record.Object()},
	}})
	require.NoError(t, err)
	assert.Equal(t, document, string(made))
}
