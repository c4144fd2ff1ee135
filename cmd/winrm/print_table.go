package main

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/winrmd/winrmd/psrp/clixml"
)

const (
	// tableLook is for how many objects a table's columns are made, and tableWait
	// for how long they are waited for.
	tableLook = 32
	tableWait = 300 * time.Millisecond
)

// tablePrinter makes tables of objects with the same properties. The first ones
// say how wide the columns are; none is kept back for long. It may be used by
// several goroutines.
type tablePrinter struct {
	screen *screen

	mu      sync.Mutex
	group   string // what the rows have in common; "" for nothing
	head    []string
	rows    [][]string // not written yet
	right   []bool     // columns of numbers
	least   []int      // how wide columns are at least
	widths  []int      // nil until the head is written
	timer   *time.Timer
	failure error // of a write that the timer did
}

// line writes a text by itself, after the table before it.
func (p *tablePrinter) line(text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.end(); err != nil {
		return err
	}
	_, err := p.screen.w.Write([]byte(p.screen.text(text) + "\n"))
	return err
}

// row adds an object of a group.
func (p *tablePrinter) row(group string, cells []cell) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	group = p.screen.oneLine(clixml.String(group))
	head, texts := make([]string, len(cells)), make([]string, len(cells))
	for i, c := range cells {
		head[i], texts[i] = p.screen.oneLine(clixml.String(c.name)), p.screen.oneLine(c.value)
	}
	if p.failure != nil {
		return p.failure
	}
	if group != p.group || !slices.Equal(head, p.head) {
		if err := p.end(); err != nil {
			return err
		}
		p.group, p.head = group, head
		p.right, p.least = make([]bool, len(cells)), make([]int, len(cells))
		for i, c := range cells {
			p.least[i] = c.width
			p.right[i] = c.right || isNumber(c.value)
		}
		if p.timer == nil {
			p.timer = time.AfterFunc(tableWait, p.late)
		} else {
			p.timer.Reset(tableWait)
		}
	}
	p.rows = append(p.rows, texts)
	if p.widths != nil || len(p.rows) >= tableLook {
		return p.write()
	}
	return nil
}

// late writes what nothing has come after.
func (p *tablePrinter) late() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.rows) > 0 && p.failure == nil {
		p.failure = p.write()
	}
}

// flush ends the table.
func (p *tablePrinter) flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end()
}

// end ends the table, with an empty line after it.
func (p *tablePrinter) end() error {
	if p.timer != nil {
		p.timer.Stop()
	}
	if p.head == nil || p.failure != nil {
		return p.failure
	}
	if err := p.write(); err != nil {
		return err
	}
	p.group, p.head, p.widths = "", nil, nil
	_, err := p.screen.w.Write([]byte("\n"))
	return err
}

// write writes the rows that there are, and before the first the head.
func (p *tablePrinter) write() error {
	var b strings.Builder
	if p.widths == nil {
		p.widths = make([]int, len(p.head))
		under := make([]string, len(p.head))
		for i, name := range p.head {
			p.widths[i] = max(p.least[i], columns(name))
			for _, r := range p.rows {
				p.widths[i] = max(p.widths[i], columns(r[i]))
			}
			under[i] = strings.Repeat("-", columns(name))
		}
		b.WriteByte('\n')
		if p.group != "" {
			b.WriteString("    " + p.group + "\n\n")
		}
		p.line1(&b, p.head)
		p.line1(&b, under)
	}
	for _, r := range p.rows {
		p.line1(&b, r)
	}
	p.rows = p.rows[:0]
	_, err := p.screen.w.Write([]byte(b.String()))
	return err
}

// line1 makes one line of the table.
func (p *tablePrinter) line1(b *strings.Builder, texts []string) {
	padded := make([]string, len(texts))
	for i, text := range texts {
		padded[i] = pad(text, p.widths[i], p.right[i])
	}
	b.WriteString(strings.TrimRight(strings.Join(padded, " "), " "))
	b.WriteByte('\n')
}

func isNumber(v clixml.Value) bool {
	switch v.(type) {
	case clixml.Byte, clixml.SByte, clixml.Int16, clixml.UInt16, clixml.Int32, clixml.UInt32, clixml.Int64, clixml.UInt64,
		clixml.Single, clixml.Double, clixml.Decimal:
		return true
	}
	return false
}

// columns is how many columns of a terminal a text takes: of Chinese or Japanese, for
// example, a character takes two.
func columns(text string) int { return widths().StringWidth(text) }

// widths measures texts the same way in every locale: what is wide in some only counts
// as narrow.
func widths() *runewidth.Condition {
	return &runewidth.Condition{StrictEmojiNeutral: true}
}

// pad makes a text as wide as a column.
func pad(text string, width int, right bool) string {
	blanks := strings.Repeat(" ", max(0, width-columns(text)))
	if right {
		return blanks + text
	}
	return text + blanks
}
