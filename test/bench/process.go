package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// residentMiB is the memory that a process has in RAM.
func residentMiB(pid int) (float64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(content)) {
		rest, ok := strings.CutPrefix(line, "VmRSS:")
		if !ok {
			continue
		}
		kB, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
		return kB / 1024, err
	}
	return 0, fmt.Errorf("process %d has no VmRSS", pid)
}

// settledMiB waits until the process gives nothing more back to the system,
// which a Go program does in its own time: 19 MiB for each password that it has
// hashed, above all.
func settledMiB(pid int) (float64, error) {
	const (
		quiet = 5 * time.Second
		most  = time.Minute
	)
	least, err := residentMiB(pid)
	for began, since := time.Now(), time.Now(); err == nil && time.Since(since) < quiet && time.Since(began) < most; {
		time.Sleep(quiet / 10)
		var now float64
		now, err = residentMiB(pid)
		if now < 0.99*least {
			least, since = now, time.Now()
		}
	}
	return least, err
}

// gcTrace takes what a Go program writes with GODEBUG=gctrace=1: one line for
// each collection, with "before->after->live MB" in it.
type gcTrace struct {
	mu          sync.Mutex
	partial     []byte
	collections int
	liveMB      int
}

// Write implements io.Writer.
func (g *gcTrace) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.partial = append(g.partial, p...)
	end := bytes.LastIndexByte(g.partial, '\n') + 1
	for lines := bufio.NewScanner(bytes.NewReader(g.partial[:end])); lines.Scan(); {
		g.line(lines.Text())
	}
	g.partial = append(g.partial[:0], g.partial[end:]...)
	return len(p), nil
}

func (g *gcTrace) line(text string) {
	if !strings.HasPrefix(text, "gc ") {
		return
	}
	before, _, found := strings.Cut(text, " MB, ")
	if !found {
		return
	}
	sizes := strings.Split(before[strings.LastIndexByte(before, ' ')+1:], "->")
	if live, err := strconv.Atoi(sizes[len(sizes)-1]); err == nil && len(sizes) == 3 {
		g.collections++
		g.liveMB = live
	}
}

func (g *gcTrace) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.collections
}

// live is the heap in MiB that the last collection found in use.
func (g *gcTrace) live() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.liveMB
}
