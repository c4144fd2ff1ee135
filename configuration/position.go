package configuration

import (
	"bytes"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// keyPosition is where a file gives a key a value.
type keyPosition struct {
	key    string // dotted
	offset int    // of its first byte in the file
}

// lineColumn is a place in a text in the form that editors know, from 1.
func lineColumn(content []byte, offset int) (line, column int) {
	before := content[:offset]
	return bytes.Count(before, []byte("\n")) + 1, offset - bytes.LastIndexByte(before, '\n')
}

// scanKeys lists the keys that have a value in a TOML text, up to the first
// syntax error, which is the decoder's to report. The decoder itself keeps no
// positions of what it has read.
func scanKeys(content []byte) []keyPosition {
	var p unstable.Parser
	p.Reset(content)
	var all []keyPosition
	table := ""
	for p.NextExpression() {
		switch node := p.Expression(); node.Kind {
		case unstable.Table, unstable.ArrayTable:
			table, _ = dottedKey(node, "")
		case unstable.KeyValue:
			all = appendKeys(all, node, table)
		}
	}
	return all
}

// appendKeys adds the key of a key-value pair, or those in its inline table.
// The parser limits how deep tables may be nested.
func appendKeys(all []keyPosition, node *unstable.Node, table string) []keyPosition {
	key, start := dottedKey(node, table)
	if value := node.Value(); value.Kind == unstable.InlineTable {
		for it := value.Children(); it.Next(); {
			all = appendKeys(all, it.Node(), key)
		}
		return all
	}
	return append(all, keyPosition{key: key, offset: start})
}

// dottedKey is a node's key below table, and where it begins.
func dottedKey(node *unstable.Node, table string) (string, int) {
	var parts []string
	if table != "" {
		parts = append(parts, table)
	}
	start := -1
	for it := node.Key(); it.Next(); {
		if start < 0 {
			start = int(it.Node().Raw.Offset)
		}
		parts = append(parts, string(it.Node().Data))
	}
	return strings.Join(parts, "."), start
}
