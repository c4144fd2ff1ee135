package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

func TestSafe(t *testing.T) {
	for text, want := range map[string]string{
		"plain\tline\nnext":  "plain\tline\nnext",
		"\x1b[2Jgone":        "^[[2Jgone",
		"a\rb\x00\x7f\u009b": `a^Mb^@\u007F\u009B`,
		"evil\u202Etxt":      `evil\u202Etxt`,
		"half \xed\xa0\x80":  "half \uFFFD",
		"schön 😀":            "schön 😀",
	} {
		assert.Equal(t, want, safe(text), "%q", text)
	}
	for text, want := range map[string]string{
		"\x1b[31;1mred\x1b[0m": "\x1b[31;1mred\x1b[0m",
		"\x1b[2J\x1b]0;x\a":    "^[[2J^[]0;x^G",
		"\x1b[31":              "^[[31",
		"\x1b[\x1b[m":          "^[[\x1b[m",
	} {
		assert.Equal(t, want, safeColored(text), "%q", text)
	}
}

// printed is what objects look like in a form, on a terminal or not.
func printed(t *testing.T, form string, terminal bool, objects ...clixml.Value) string {
	t.Helper()
	var b bytes.Buffer
	p, err := newObjectPrinter(&screen{&b, terminal}, form)
	require.NoError(t, err)
	for _, o := range objects {
		require.NoError(t, p.object(o))
	}
	require.NoError(t, p.flush())
	return b.String()
}

func custom(all ...any) *clixml.Object {
	o := clixml.NewCustomObject()
	for i := 0; i < len(all); i += 2 {
		v, err := clixml.Marshal(all[i+1])
		if err != nil {
			panic(err)
		}
		o.Extended = append(o.Extended, clixml.Property{Name: all[i].(string), Value: v})
	}
	return o
}

func TestPrintObjects(t *testing.T) {
	itself := custom("Name", "x")
	itself.Extended = append(itself.Extended, clixml.Property{Name: "Self", Value: itself})
	text := "Text"
	for name, c := range map[string]struct {
		form     string
		terminal bool
		objects  []clixml.Value
		want     string
	}{
		"primitives": {"auto", false, []clixml.Value{clixml.String("a\r\nb"), clixml.Int32(-1), clixml.Bool(true), nil, clixml.Double(1.5)},
			"a\nb\n-1\nTrue\n1.5\n"},
		"control characters to a file":     {"auto", false, []clixml.Value{clixml.String("\x1b[2J")}, "\x1b[2J\n"},
		"control characters to a terminal": {"auto", true, []clixml.Value{clixml.String("\x1b[2J")}, "^[[2J\n"},
		"in a table": {"auto", true, []clixml.Value{custom("N\x1b", "v\x1bw\nx")},
			"\nN^[\n---\nv^[w x\n\n"},
		"in a list":        {"list", true, []clixml.Value{custom("N\x1b", "v\x1b\nx")}, "N^[ : v^[\n      x\n\n"},
		"four":             {"auto", false, []clixml.Value{custom("A", 1, "B", "b", "C", nil, "D", 4)}, "\nA B C D\n- - - -\n1 b   4\n\n"},
		"five":             {"auto", false, []clixml.Value{custom("A", 1, "B", "b", "C", nil, "D", 4, "Five", 5)}, "A    : 1\nB    : b\nC    :\nD    : 4\nFive : 5\n\n"},
		"five as a table":  {"table", false, []clixml.Value{custom("A", 1, "B", "b", "C", nil, "D", 4, "Five", 5)}, "\nA B C D Five\n- - - - ----\n1 b   4    5\n\n"},
		"other properties": {"auto", false, []clixml.Value{custom("A", 1), custom("B", 2), clixml.String("x")}, "\nA\n-\n1\n\n\nB\n-\n2\n\nx\n"},
		"list":             {"auto", false, []clixml.Value{clixml.List{clixml.Int32(1), clixml.List{clixml.Int32(2), clixml.Int32(3)}}}, "1\n{2, 3}\n"},
		"dictionary":       {"auto", false, []clixml.Value{clixml.Dictionary{{Key: clixml.String("k"), Value: clixml.Int32(1)}}}, "\nName Value\n---- -----\nk        1\n\n"},
		"text only":        {"auto", false, []clixml.Value{&clixml.Object{ToString: &text}}, "Text\n"},
		"enumeration":      {"auto", false, []clixml.Value{clixml.NewEnum("System.DayOfWeek", "Monday", clixml.Int32(1))}, "Monday\n"},
		"json": {"json", false, []clixml.Value{
			nil, clixml.String("a\"b<"), clixml.Int64(1 << 60), clixml.Double(0.1), clixml.ByteArray("abc"), clixml.Bool(false),
			custom("b", 1, "a", []int{1, 2}, "n", nil), clixml.NewEnum("System.DayOfWeek", "Monday", clixml.Int32(1)),
			clixml.Dictionary{{Key: clixml.Int32(1), Value: clixml.String("one")}}, clixml.String("\xed\xa0\x80"),
		}, "null\n\"a\\\"b<\"\n1152921504606846976\n0.1\n\"YWJj\"\nfalse\n{\"b\":1,\"a\":[1,2],\"n\":null}\n\"Monday\"\n{\"1\":\"one\"}\n\"\uFFFD\"\n"},
		"raw": {"raw", false, []clixml.Value{clixml.String("a\nb"), clixml.Int32(1)}, "<S>a_x000A_b</S>\n<I32>1</I32>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, printed(t, c.form, c.terminal, c.objects...))
		})
	}
	circle := printed(t, "json", false, itself)
	assert.Equal(t, jsonDepth, strings.Count(circle, `"Self"`))
	_, err := newObjectPrinter(&screen{}, "nonsense")
	assert.Equal(t, exitUsage, exitStatus(err))
}

// TestPrintWide: a character of two columns takes them.
func TestPrintWide(t *testing.T) {
	assert.Equal(t, "\nName  N\n----  -\n日本  1\ne\u0301😀x  2\nabcde 3\n\n", printed(t, "auto", false,
		custom("Name", "日本", "N", 1), custom("Name", "e\u0301😀x", "N", 2), custom("Name", "abcde", "N", 3)))
	assert.Equal(t, "日本 : 1\nabc  :\n\n", printed(t, "list", false, custom("日本", 1, "abc", nil)))
}

// typed makes an object of a type with properties of its own.
func typed(name string, all ...any) *clixml.Object {
	o := custom(all...)
	return &clixml.Object{TypeNames: []string{"Deserialized." + name, "Deserialized.System.Object"}, Adapted: o.Extended}
}

func TestPrintViews(t *testing.T) {
	written := clixml.NewDateTime(time.Date(2026, time.November, 26, 13, 10, 35, 889252900, time.UTC))
	at := func(o *clixml.Object, parent string) *clixml.Object {
		o.Adapted = append(o.Adapted, clixml.Property{Name: "LastWriteTime", Value: written})
		o.Extended = clixml.Properties{{Name: "PSParentPath", Value: clixml.String(`Microsoft.PowerShell.Core\FileSystem::` + parent)}}
		return o
	}
	message := "in a file:3:found"
	match := typed("Microsoft.PowerShell.Commands.MatchInfo", "LineNumber", 3, "Line", "found")
	match.ToString = &message
	failed := (&clixml.ErrorRecord{Message: "no", CategoryMessage: "NotSpecified: (:) [], X", FullyQualifiedErrorID: "X"}).Object()
	for name, c := range map[string]struct {
		objects []clixml.Value
		want    string
	}{
		"files of Windows": {[]clixml.Value{
			at(typed("System.IO.DirectoryInfo", "Name", "sub", "Mode", "d----"), `C:\x`),
			at(typed("System.IO.FileInfo", "Name", "f.txt", "Mode", "-a---", "Length", 12), `C:\x`),
			at(typed("System.IO.FileInfo", "Name", "g", "Mode", "-a---", "Length", 1), `C:\`),
		}, `
    Directory: C:\x

Mode  LastWriteTime          Length Name
----  -------------          ------ ----
d---- 2026-11-26 13:10              sub
-a--- 2026-11-26 13:10           12 f.txt


    Directory: C:\

Mode  LastWriteTime          Length Name
----  -------------          ------ ----
-a--- 2026-11-26 13:10            1 g

`},
		"files of Unix": {[]clixml.Value{
			at(typed("System.IO.FileInfo", "Name", "l", "UnixMode", "lrwxrwxrwx", "User", "root", "Group", "root", "Size", 7,
				"LinkType", "SymbolicLink", "LinkTarget", "usr/l"), "/"),
		}, `
    Directory: /

UnixMode   User Group LastWriteTime            Size Name
--------   ---- ----- -------------            ---- ----
lrwxrwxrwx root root  2026-11-26 13:10            7 l -> usr/l

`},
		"process": {[]clixml.Value{typed("System.Diagnostics.Process", "Id", 12, "NPM", 2048, "PM", 1<<20, "WS", 3<<19, "CPU", 1.239, "SI", 1, "ProcessName", "x"),
			typed("System.Diagnostics.Process", "Id", 4, "NPM", 0, "PM", 0, "WS", 0, "CPU", nil, "SI", 0, "ProcessName", "Idle")},
			"\nNPM(K) PM(M) WS(M) CPU(s) Id SI ProcessName\n------ ----- ----- ------ -- -- -----------\n" +
				"  2.00  1.00  1.50   1.24 12  1 x\n  0.00  0.00  0.00         4  0 Idle\n\n"},
		"service": {[]clixml.Value{typed("System.ServiceProcess.ServiceController", "Status", "Running", "Name", "WinRM", "DisplayName", "Remote", "CanStop", true)},
			"\nStatus  Name  DisplayName\n------  ----  -----------\nRunning WinRM Remote\n\n"},
		"drive": {[]clixml.Value{typed("System.Management.Automation.PSDriveInfo", "Name", "C", "Used", 3<<29, "Free", 1<<30, "Provider", `M\FileSystem`, "Root", `C:\`)},
			"\nName Used (GB) Free (GB) Provider   Root\n---- --------- --------- --------   ----\nC         1.50      1.00 FileSystem C:\\\n\n"},
		"without what the view needs": {[]clixml.Value{typed("System.Diagnostics.Process", "ProcessName", "x")},
			"\nProcessName\n-----------\nx\n\n"},
		"match": {[]clixml.Value{match}, "in a file:3:found\n"},
		"error": {[]clixml.Value{failed}, "no\n    + CategoryInfo          : NotSpecified: (:) [], X\n    + FullyQualifiedErrorId : X\n"},
		"one line": {[]clixml.Value{written, clixml.GUID{15: 1}, clixml.Version{Major: 1, Minor: 2, Build: -1, Revision: -1}},
			"2026-11-26T13:10:35.8892529Z\n00000000-0000-0000-0000-000000000001\n1.2\n"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, printed(t, "auto", false, c.objects...)) })
	}
	assert.Equal(t, "Id : 12\n\n", printed(t, "list", false, typed("System.Diagnostics.Process", "Id", 12)), "who says how gets all")
}

// failing is a writer that fails.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no room") }

// TestTableWaits: the first rows are kept back for a moment, to make columns that
// fit, and none for longer.
func TestTableWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		p := &tablePrinter{screen: &screen{w: &b}}
		row := func(text string) {
			require.NoError(t, p.row("", []cell{{name: "Name", value: clixml.String(text)}, {name: "N", value: clixml.Int32(1)}}))
		}
		written := func() string {
			p.mu.Lock()
			defer p.mu.Unlock()
			return b.String()
		}
		row("a")
		row("longer")
		assert.Empty(t, written())
		synctest.Wait()
		time.Sleep(tableWait)
		synctest.Wait()
		head := "\nName   N\n----   -\na      1\nlonger 1\n"
		assert.Equal(t, head, written())
		row("later and longer")
		assert.Equal(t, head+"later and longer 1\n", written())
		require.NoError(t, p.flush())
		require.NoError(t, p.flush())
		assert.Equal(t, head+"later and longer 1\n\n", written())
		p.mu.Lock()
		b.Reset()
		p.mu.Unlock()
		for range tableLook {
			row("x")
		}
		assert.Equal(t, 3+tableLook, strings.Count(written(), "\n"), "no more than that is kept back")
		require.NoError(t, p.flush())

		p = &tablePrinter{screen: &screen{w: failing{}}}
		row("a")
		time.Sleep(tableWait)
		synctest.Wait()
		require.ErrorContains(t, p.flush(), "no room")
	})
}

// TestPrintHost: what Write-Host writes is shown once, whichever way it comes, and
// however often it is the same.
func TestPrintHost(t *testing.T) {
	record := func(text string) *runspacepool.Record {
		m := &clixml.Object{TypeNames: []string{"System.Management.Automation.HostInformationMessage"}}
		m.Adapted = clixml.Properties{
			{Name: "Message", Value: clixml.String(text)}, {Name: "NoNewLine", Value: clixml.Bool(false)},
			{Name: "ForegroundColor", Value: clixml.String("Red")},
		}
		return &runspacepool.Record{Stream: runspacepool.StreamInformation, Information: &clixml.InformationRecord{MessageData: m}}
	}
	var out, problems bytes.Buffer
	p, err := newRecordPrinter(&out, &problems, "auto")
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, p.record(record("record first")))
		require.NoError(t, p.fromHost("record first", true))
		require.NoError(t, p.fromHost("host first", true))
		require.NoError(t, p.record(record("host first")))
	}
	require.NoError(t, p.record(record("no host")))
	require.NoError(t, p.record(record("no host")))
	require.NoError(t, p.fromHost("\x1b[31;1mhalf\x1b[0m", false))
	assert.Equal(t, "record first\nhost first\nrecord first\nhost first\nno host\nno host\nhalf", out.String())
	assert.Empty(t, problems.String())
}
