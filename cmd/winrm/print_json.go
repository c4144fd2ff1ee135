package main

import "github.com/winrmd/winrmd/psrp/clixml"

// jsonDepth is how deep objects within each other become JSON; deeper ones are
// their text. Objects may hold themselves.
const jsonDepth = 32

// jsonPrinter writes objects as JSON, one in a line.
type jsonPrinter struct {
	screen *screen
	buffer []byte
}

// object implements objectPrinter.
func (p *jsonPrinter) object(v clixml.Value) error {
	p.buffer = append(clixml.AppendJSON(p.buffer[:0], v, jsonDepth), '\n')
	text := p.buffer
	if p.screen.terminal { // JSON escapes what is below blank, and no more
		text = []byte(safe(string(text)))
	}
	_, err := p.screen.w.Write(text)
	return err
}

// flush implements objectPrinter.
func (p *jsonPrinter) flush() error { return nil }
