package shellhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/winrmd/winrmd/shell"
)

// errNotThere says that a host has no shell, or none that the client may see.
var errNotThere = errors.New("no shell that the client may see")

// askTimeout is how long a host may take to tell of its shell. It has its
// answer at hand; one that takes longer is stopped or starved.
const askTimeout = 2 * time.Second

// ask asks a host for something that is JSON, on behalf of a client.
func (h *remote) ask(path string, client shell.Client, v any) error {
	c, err := h.take()
	if err != nil {
		return err
	}
	head := "GET " + path + " HTTP/1.1\r\nHost: winrmd\r\n" + headerClient + ": " + encodeHeader(client) + "\r\n\r\n"
	answer, err := c.exchange(time.Now().Add(askTimeout), []byte(head), nil)
	if err != nil {
		c.Close()
		return err
	}
	switch answer.StatusCode {
	case http.StatusOK:
		err = json.NewDecoder(answer.Body).Decode(v)
	case http.StatusNotFound, http.StatusForbidden:
		err = errNotThere
	default:
		err = fmt.Errorf("shell host of %s: status %d", h.shellID, answer.StatusCode)
	}
	if _, rest := io.Copy(io.Discard, answer.Body); rest != nil {
		c.Close()
		return errors.Join(err, rest)
	}
	h.give(c)
	return err
}

// info tells of the shell.
func (h *remote) info(client shell.Client) (shell.Info, error) {
	info := shell.Info{Spec: &shell.Spec{}}
	err := h.ask(pathInfo, client, &info)
	return info, err
}

// commands lists the commands of the shell.
func (h *remote) commands(client shell.Client) ([]shell.CommandInfo, error) {
	var list []shell.CommandInfo
	err := h.ask(pathCommands, client, &list)
	return list, err
}
