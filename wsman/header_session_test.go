package wsman

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// interactiveToken makes the header UseInteractiveToken.
func interactiveToken(attributes, value string) string {
	return `<t:UseInteractiveToken xmlns:t="` + NamespaceSession + `"` + attributes + `>` + value + `</t:UseInteractiveToken>`
}

// TestUseInteractiveToken: values of xs:boolean are read, in any case as
// clients write them; what is none is the header's own fault.
func TestUseInteractiveToken(t *testing.T) {
	for header, want := range map[string]bool{
		"":                                 false,
		interactiveToken("", "true"):       true,
		interactiveToken("", "1"):          true,
		interactiveToken("", " \n True\t"): true,
		interactiveToken("", "false"):      false,
		interactiveToken("", "False"):      false,
		interactiveToken("", "0"):          false,
		interactiveToken(` env:mustUnderstand="false"`, "1"):         true,
		interactiveToken(` env:mustUnderstand="true"`, "1"):          true,
		`<UseInteractiveToken xmlns="urn:x">1</UseInteractiveToken>`: false,
		`<p:UseInteractiveToken>1</p:UseInteractiveToken>`:           false,
	} {
		r, err := ParseRequest([]byte(envelope(required+header, "")), Limits{})
		require.NoError(t, err, header)
		assert.Equal(t, want, r.Header.UseInteractiveToken, header)
	}
	for value, message := range map[string]string{
		"":                                    "must be true, false, 1 or 0: .",
		"yes":                                 "must be true, false, 1 or 0: yes.",
		"2":                                   "must be true, false, 1 or 0: 2.",
		"-1":                                  "must be true, false, 1 or 0: -1.",
		"true true":                           "must be true, false, 1 or 0: true true.",
		"<x/>":                                "holds an element where it must hold text",
		strings.Repeat("1", 100):              "must be true, false, 1 or 0: " + strings.Repeat("1", 64) + ".",
		strings.Repeat("1", maxHeaderValue+1): "UseInteractiveToken is longer than",
	} {
		_, err := ParseRequest([]byte(envelope(required+interactiveToken("", value), "")), Limits{})
		var fault *Fault
		require.True(t, errors.As(err, &fault), "%.80s", value)
		assert.Equal(t, CodeInvalidHeader, fault.WSMan.Code)
		assert.Contains(t, fault.Message(), "UseInteractiveToken")
		assert.Contains(t, fault.Message(), message)
	}
	twice := interactiveToken("", "0") + interactiveToken("", "1")
	_, err := ParseRequest([]byte(envelope(required+twice, "")), Limits{})
	require.ErrorIs(t, err, CodeInvalidHeader)
}
