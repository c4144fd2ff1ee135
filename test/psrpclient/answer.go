package psrpclient

import (
	"errors"
	"fmt"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

var errNoBody = errors.New("the answer is not an envelope with a body")

// bodyOf moves to the first element of an envelope's body.
func bodyOf(s *xmlscan.Scanner) error {
	if _, err := s.Next(); err != nil {
		return err
	}
	if err := child(s, wsman.NamespaceSOAP, "Body"); err != nil {
		return err
	}
	_, err := s.NextChild(s.Depth())
	return err
}

// child moves to a child of the current element.
func child(s *xmlscan.Scanner, space, local string) error {
	for depth := s.Depth(); ; {
		ok, err := s.NextChild(depth)
		switch {
		case err != nil:
			return err
		case !ok:
			return errNoBody
		case s.Is(space, local):
			return nil
		}
	}
}

// readReceive gives the text of each rsp:Stream of a ReceiveResponse to take.
// done reports whether the command's state is Done.
func readReceive(s *xmlscan.Scanner, take func(text []byte) error) (done bool, err error) {
	if err := bodyOf(s); err != nil {
		return false, err
	}
	if !s.Is(wsman.NamespaceShell, "ReceiveResponse") {
		return false, fmt.Errorf("the answer to a Receive is an element %s", s.Local())
	}
	for depth := s.Depth(); ; {
		ok, err := s.NextChild(depth)
		if err != nil || !ok {
			return done, err
		}
		switch {
		case s.Is(wsman.NamespaceShell, "Stream"):
			text, err := s.RawText()
			if err != nil {
				return false, err
			}
			if len(text) == 0 {
				continue
			}
			if err := take(text); err != nil {
				return false, err
			}
		case s.Is(wsman.NamespaceShell, "CommandState"):
			state, _ := s.AttrBytes("", "State")
			done = string(state) == wsman.CommandStateDone
		}
	}
}

// ShellInfo is a shell as Enumerate lists it.
type ShellInfo struct{ ShellID, Name, State string }

// readShells reads the items of an EnumerateResponse.
func readShells(s *xmlscan.Scanner) ([]ShellInfo, error) {
	if err := bodyOf(s); err != nil {
		return nil, err
	}
	if err := child(s, wsman.NamespaceWSMan, "Items"); err != nil {
		return nil, err
	}
	var shells []ShellInfo
	for depth := s.Depth(); ; {
		ok, err := s.NextChild(depth)
		if err != nil || !ok {
			return shells, err
		}
		one, err := readShell(s)
		if err != nil {
			return nil, err
		}
		shells = append(shells, one)
	}
}

func readShell(s *xmlscan.Scanner) (one ShellInfo, err error) {
	for depth := s.Depth(); ; {
		ok, err := s.NextChild(depth)
		if err != nil || !ok {
			return one, err
		}
		switch string(s.Local()) {
		case "ShellId":
			one.ShellID, err = s.Text()
		case "Name":
			one.Name, err = s.Text()
		case "State":
			one.State, err = s.Text()
		}
		if err != nil {
			return one, err
		}
	}
}
