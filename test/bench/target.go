package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	identifyClients = 4
	identifyTime    = time.Second // of one side in one round
)

// target is a server that answers one request again and again.
type target struct {
	name, address string
	request       []byte
}

// rate asks over several connections at the same time and returns the answers
// per second. The client does as little as it can: it shares the machine. The
// first answer of a connection does not count: for it a password is hashed.
func (t *target) rate() (float64, error) {
	connections := make([]*asker, identifyClients)
	for i := range connections {
		connection, err := net.Dial("tcp", t.address)
		if err != nil {
			return 0, err
		}
		defer connection.Close()
		connections[i] = &asker{Conn: connection, r: bufio.NewReader(connection), request: t.request}
		if err := connections[i].ask(); err != nil {
			return 0, err
		}
	}
	counts := make([]int, identifyClients)
	var group errgroup.Group
	began := time.Now()
	for i, one := range connections {
		group.Go(func() error {
			for time.Since(began) < identifyTime {
				if err := one.ask(); err != nil {
					return err
				}
				counts[i]++
			}
			return nil
		})
	}
	err := group.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(began).Seconds(), err
}

// asker is one connection.
type asker struct {
	net.Conn
	r       *bufio.Reader
	request []byte
}

// ask asks once.
func (a *asker) ask() error {
	if _, err := a.Write(a.request); err != nil {
		return err
	}
	return skipAnswer(a.r)
}

var (
	statusOK      = []byte("HTTP/1.1 200 ")
	contentLength = []byte("Content-Length: ")
)

// skipAnswer reads one answer with the status 200 and throws it away.
func skipAnswer(r *bufio.Reader) error {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(line, statusOK) {
		return fmt.Errorf("answer %q", bytes.TrimSpace(line))
	}
	length := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		if rest, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(rest)); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("an answer without %q", contentLength)
	}
	_, err = io.CopyN(io.Discard, r, int64(length))
	return err
}
