package pluginxml

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// plainList reports whether a list can be written with commas between its
// entries.
func plainList(list []string) bool {
	return len(list) > 0 && !strings.HasPrefix(list[0], "[") && !slices.ContainsFunc(list, func(v string) bool {
		return v == "" || strings.ContainsRune(v, ',') || strings.TrimSpace(v) != v
	})
}

// splitList reads texts with commas between.
func splitList(text string) []string {
	list := []string{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// listText is a list as a Param of winrmd's has it: with commas, which people
// can edit, or as JSON where that would be read as another list.
func listText(list []string) (string, error) {
	if plainList(list) {
		return strings.Join(list, ","), nil
	}
	return jsonText(list)
}

func parseListText(text string) ([]string, error) {
	if !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return splitList(text), nil
	}
	list := []string{}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, errors.New("it is neither texts with commas between nor a JSON array of texts")
	}
	return list, nil
}

func parseTableText(text string) (map[string]string, error) {
	table := map[string]string{}
	if strings.TrimSpace(text) == "" {
		return table, nil
	}
	if err := json.Unmarshal([]byte(text), &table); err != nil || table == nil {
		return nil, errors.New("it is no JSON object of texts")
	}
	return table, nil
}

var errNotUTF8 = errors.New("it is not UTF-8")

// jsonText is a list or a table as JSON.
func jsonText(value any) (string, error) {
	var texts []string
	switch v := value.(type) {
	case []string:
		texts = v
	case map[string]string:
		for name, one := range v {
			texts = append(texts, name, one)
		}
	}
	if slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return "", errNotUTF8 // the encoder would put something else in its place
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
