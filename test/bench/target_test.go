package main

import (
	"bufio"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSkipAnswer(t *testing.T) {
	t.Parallel()
	r := bufio.NewReader(strings.NewReader(
		"HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 3\r\n\r\nabc" +
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" +
			"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"))
	assert.NoError(t, skipAnswer(r))
	assert.NoError(t, skipAnswer(r))
	assert.ErrorContains(t, skipAnswer(r), "401")

	assert.Error(t, skipAnswer(bufio.NewReader(strings.NewReader("HTTP/1.1 200 OK\r\n\r\n"))), "no length")
	assert.Error(t, skipAnswer(bufio.NewReader(strings.NewReader("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"))), "cut off")
}
