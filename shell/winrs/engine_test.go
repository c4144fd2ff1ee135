package winrs

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEngineWord(t *testing.T) {
	for text, want := range map[string]string{
		"powershell": "powershell", " PowerShell.exe -c x": "PowerShell.exe", "pwsh\t-c": "pwsh",
		`"powershell" -c x`: "powershell", "PWSH.EXE": "PWSH.EXE",
		"": "", "powershellx": "", "/usr/bin/pwsh": "", `C:\powershell.exe`: "", "echo powershell": "", "powershell;x": "",
	} {
		word, _, ok := engineWord(text)
		assert.Equal(t, want != "", ok, text)
		if ok {
			assert.Equal(t, want, word, text)
		}
	}
}

func TestPwshArguments(t *testing.T) {
	tests := []struct {
		in       string
		windows  bool
		console  bool
		wantHead string // what is put before
		want     string // all, if it is not in with wantHead before it
	}{
		{in: "", windows: true, console: true},
		{in: "-NoProfile", windows: true, console: true},
		{in: "-Command -", console: true},
		{in: "-", windows: true, console: true},
		{in: "-nop -c Get-Date", console: true, wantHead: "-InputFormat None "},
		{in: "-nop -c Get-Date", windows: true},
		{in: "-File x.ps1 -c d", windows: true, console: true, wantHead: "-InputFormat None "},
		{in: "-EncodedCommand eA== -InputFormat Text", console: true},
		{in: "-if Text -EncodedCommand eA==", console: true},
		{in: "-e eA== -NoLogo", console: true, wantHead: "-InputFormat None "},
		{in: "--noprofile -ep Bypass Write-Host hi", windows: true, want: "--noprofile -ep Bypass -Command Write-Host hi"},
		{in: "Write-Host hi", windows: true, console: true, want: "-InputFormat None -Command Write-Host hi"},
		{in: "script.ps1 -c", console: true, wantHead: "-InputFormat None "},
		{in: "-whatever -ExecutionPolicy", windows: true, console: true},
	}
	for _, test := range tests {
		want := test.want
		if want == "" {
			want = test.wantHead + test.in
		}
		got := pwshArguments(strings.Fields(test.in), test.windows, test.console)
		assert.Equal(t, want, strings.Join(got, " "), test.in)
	}
}

func TestPlainArguments(t *testing.T) {
	const hi = "VwByAGkAdABlAC0ASABvAHMAdAAgAGgAaQA=" // Write-Host hi
	for in, want := range map[string]string{
		"":                      "",
		"-NoLogo -nop -noni":    "",
		"-encodedcommand " + hi: "-Command|Write-Host hi",
		"-en " + hi + " -nop":   "-Command|Write-Host hi",
		"-InputFormat Text -of XML -ex RemoteSigned -c a b": "-Command|a b",
		"-ExecutionPolicy Bypass -File x.ps1 -nop -c":       "-File|x.ps1|-nop|-c",
		"-s -Command x": "-s|-Command|x",
		"a b":           "-Command|a b",
		"-c -":          "-Command|-",
		"-":             "-",
	} {
		got, err := plainArguments(strings.Fields(in))
		assert.NoError(t, err, in)
		assert.Equal(t, want, strings.Join(got, "|"), in)
	}
}

func TestDecodeCommand(t *testing.T) {
	text, err := decodeCommand("PNga3g==") // a pair of surrogates
	assert.NoError(t, err)
	assert.Equal(t, "\U0001F21A", text)
	for _, bad := range []string{"!", "YQ==", "AAA=", "YQA"} {
		_, err := decodeCommand(bad)
		assert.ErrorIs(t, err, errEncoding, bad)
	}
}

func TestSplit(t *testing.T) {
	for in, want := range map[string][]string{
		"":                        nil,
		" \t ":                    nil,
		"a b\tc":                  {"a", "b", "c"},
		`"a b" c`:                 {"a b", "c"},
		`a"b c"d`:                 {"ab cd"},
		`""`:                      {""},
		`"" x`:                    {"", "x"},
		`'a b'`:                   {"'a", "b'"},
		`a\\b c\`:                 {`a\\b`, `c\`},
		`"a\"b" c`:                {`a"b`, "c"},
		`"a\\" b`:                 {`a\`, "b"},
		`"a\\\"b"`:                {`a\"b`},
		`"a""b"`:                  {`a"b`},
		`"open end`:               {"open end"},
		`-c "Write-Host ""hi"" "`: {"-c", `Write-Host "hi" `},
	} {
		assert.Equal(t, want, split(in), in)
	}
}

// join quotes arguments so that split finds them again.
func join(args []string) string {
	var b strings.Builder
	for _, a := range args {
		b.WriteString(`"`)
		slashes := 0
		for _, c := range []byte(a) {
			switch c {
			case '\\':
				slashes++
				continue
			case '"':
				slashes = 2*slashes + 1
			}
			b.WriteString(strings.Repeat(`\`, slashes))
			b.WriteByte(c)
			slashes = 0
		}
		b.WriteString(strings.Repeat(`\`, 2*slashes) + `" `)
	}
	return b.String()
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", `a "b c" d`, `\\\"`, `"""`, "-e eA==", `'\'`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		args := split(text)
		if len(strings.Join(args, "")) > len(text) {
			t.Fatalf("%q became longer: %q", text, args)
		}
		again := split(join(args))
		if len(args) != len(again) {
			t.Fatalf("%q gave %q and then %q", text, args, again)
		}
		for i := range args {
			if args[i] != again[i] {
				t.Fatalf("%q gave %q and then %q", text, args, again)
			}
		}
	})
}

func FuzzEngineArguments(f *testing.F) {
	for _, seed := range []string{"", "-e eA==", "-c a b", "-nop -ep x y", "-", "-e", "--f x -e", "-w -i -o"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in := split(text)
		for _, windows := range []bool{false, true} {
			got := pwshArguments(in, windows, true)
			if len(got) < len(in) || len(got) > len(in)+3 {
				t.Fatalf("%q became %q", in, got)
			}
		}
		if _, err := plainArguments(in); err != nil && !errors.Is(err, errEncoding) {
			t.Fatal(err)
		}
	})
}
