package runspacepool

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// MetadataQuery says which commands are asked for (GET_COMMAND_METADATA,
// 2.2.2.14).
type MetadataQuery struct {
	// Names are patterns, as "Get-*"; none means all.
	Names []string
	// Types are the kinds; 0 means all.
	Types clixml.CommandType
	// Modules are patterns of modules' names; none means all.
	Modules []string
	// Arguments are for commands whose parameters depend on them.
	Arguments []any
}

// allCommands are all kinds of commands.
const allCommands = 511

// CommandMetadata asks which commands there are in the pool's runspaces. Each is
// an object with Name, CommandType, Parameters and so on.
func (p *RunspacePool) CommandMetadata(ctx context.Context, q MetadataQuery) iter.Seq2[*clixml.Object, error] {
	return func(yield func(*clixml.Object, error) bool) {
		content, err := q.content()
		if err != nil {
			yield(nil, err)
			return
		}
		pl, err := p.begin(ctx, psrp.MessageGetCommandMetadata, content, "", false, p.config.Host)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = pl.Close(ctx) }() // it has ended, or nobody wants the rest
		for counted := false; ; {
			r, err := pl.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if o, ok := r.Value.(*clixml.Object); ok && r.Stream == StreamOutput {
				if !counted { // the first says how many there are
					counted = true
					continue
				}
				if !yield(o, nil) {
					return
				}
			}
		}
	}
}

func (q *MetadataQuery) content() ([]byte, error) {
	types := q.Types
	if types == 0 {
		types = allCommands
	}
	var arguments clixml.Value
	if q.Arguments != nil {
		v, err := clixml.Marshal(q.Arguments)
		if err != nil {
			return nil, err
		}
		arguments = v
	}
	return clixml.Append(nil, bag(
		property("Name", stringArray(q.Names)),
		property("CommandType", systemEnum("System.Management.Automation.CommandTypes", "All", int32(types))),
		property("Namespace", stringArray(q.Modules)),
		property("ArgumentList", arguments),
	))
}

// stringArray is a System.String[], or null.
func stringArray(texts []string) clixml.Value {
	if len(texts) == 0 {
		return nil
	}
	list := make(clixml.List, len(texts))
	for i, s := range texts {
		list[i] = clixml.String(s)
	}
	return &clixml.Object{TypeNames: []string{"System.String[]", "System.Array", "System.Object"}, Base: list}
}
