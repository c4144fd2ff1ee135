package configuration

import (
	"bytes"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// keyPosition is where a file gives a key a value.
type keyPosition struct {
	key    string // dotted
	table  string // the table that it is written in, dotted
	offset int    // of its first byte in the file
	keyEnd int    // after the key as it is written
	end    int    // after the value; 0 in an inline table
}

// tablePosition is where a file opens a table.
type tablePosition struct {
	name   string // dotted
	offset int    // of a byte in its header
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
	keys, _ := scan(content)
	return keys
}

// scan is scanKeys that lists the headers of tables as well.
func scan(content []byte) ([]keyPosition, []tablePosition) {
	var p unstable.Parser
	p.Reset(content)
	var keys []keyPosition
	var tables []tablePosition
	table := ""
	for p.NextExpression() {
		switch node := p.Expression(); node.Kind {
		case unstable.Table, unstable.ArrayTable:
			var start int
			table, start, _ = dottedKey(node, "")
			tables = append(tables, tablePosition{name: table, offset: start})
		case unstable.KeyValue:
			from := len(keys)
			keys = appendKeys(keys, node, table)
			for i := from; i < len(keys); i++ {
				keys[i].table = table
			}
			if node.Value().Kind != unstable.InlineTable {
				keys[from].end = int(node.Raw.Offset + node.Raw.Length)
			}
		}
	}
	return keys, tables
}

// appendKeys adds the key of a key-value pair, or those in its inline table.
// The parser limits how deep tables may be nested.
func appendKeys(all []keyPosition, node *unstable.Node, table string) []keyPosition {
	key, start, end := dottedKey(node, table)
	if value := node.Value(); value.Kind == unstable.InlineTable {
		for it := value.Children(); it.Next(); {
			all = appendKeys(all, it.Node(), key)
		}
		return all
	}
	return append(all, keyPosition{key: key, offset: start, keyEnd: end})
}

// dottedKey is a node's key below table, and where it begins and ends.
func dottedKey(node *unstable.Node, table string) (key string, start, end int) {
	var parts []string
	if table != "" {
		parts = append(parts, table)
	}
	start = -1
	for it := node.Key(); it.Next(); {
		if start < 0 {
			start = int(it.Node().Raw.Offset)
		}
		end = int(it.Node().Raw.Offset + it.Node().Raw.Length)
		parts = append(parts, string(it.Node().Data))
	}
	return strings.Join(parts, "."), start, end
}
