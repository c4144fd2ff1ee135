package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// aim is one of the aims of the project and what was measured.
type aim struct {
	text, measured string
	met            bool
}

func (b *bench) aim(met bool, text, measured string, values ...any) {
	b.aims = append(b.aims, aim{text, fmt.Sprintf(measured, values...), met})
}

// describe prints what is compared.
func (b *bench) describe() {
	b.title("what is compared")
	b.line("machine", "%s/%s, %d CPUs, load %s, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), load(), runtime.Version())
	b.line("engine", "%s", b.engine)
	b.line("pipe", "one engine's stdin and stdout, a Data packet for each fragment; its own fragments have at most 32 KiB")
	b.line("winrmd", "SOAP over HTTP/1.1 on loopback (and over HTTPS), keep-alive, Basic, no compression")
	b.line("MaxEnvelopeSize", "%d bytes", maxEnvelopeSize)
	b.line("rounds", "%d; the sides take turns; values are medians, in brackets the smallest and largest", b.rounds)
}

// conclude prints the aims.
func (b *bench) conclude() {
	b.title("aims")
	for _, a := range b.aims {
		verdict := "met   "
		if !a.met {
			verdict = "MISSED"
		}
		fmt.Fprintf(b.out, "  %s  %-66s %s\n", verdict, a.text, a.measured)
	}
}

func (b *bench) title(text string) { fmt.Fprintf(b.out, "\n%s\n", text) }

func (b *bench) line(name, format string, values ...any) {
	fmt.Fprintf(b.out, "  %-24s "+format+"\n", append([]any{name}, values...)...)
}

// load is how busy the machine is, where it says so.
func load() string {
	content, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	fields := strings.Fields(string(content))
	return strings.Join(fields[:min(len(fields), 3)], " ")
}
