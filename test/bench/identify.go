package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/psrpclient"
)

// minIdentify is the aim, as a part of the bare handler's requests per second.
const minIdentify = 0.7

// measureIdentify asks winrmd and a bare net/http handler, in a process of its
// own, the same question and gets the same bytes.
func (b *bench) measureIdentify(ctx context.Context) error {
	server, err := b.start(b.engine)
	if err != nil {
		return err
	}
	defer server.Stop()
	answer, err := psrpclient.New(psrpclient.Config{URL: server.HTTP, User: daemon.User, Password: daemon.Password}).Identify(ctx)
	if err != nil {
		return err
	}
	bare, stop, err := startBare(answer)
	if err != nil {
		return err
	}
	defer stop()
	host := strings.TrimSuffix(strings.TrimPrefix(server.HTTP, "http://"), "/wsman")
	targets := []*target{
		{name: "bare net/http handler", address: bare, request: identifyRequest(bare, true)},
		{name: "winrmd", address: host, request: identifyRequest(host, true)},
		{name: "winrmd, anonymous", address: host, request: identifyRequest(host, false)},
	}
	rates, ratios := make([]samples, len(targets)), make([]samples, len(targets))
	for round := range b.rounds + 1 {
		for i, t := range targets {
			rate, err := t.rate()
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			if round > 0 { // the first meets the password's hash
				rates[i] = append(rates[i], rate)
				ratios[i] = append(ratios[i], rate/rates[0][round-1])
			}
		}
	}
	b.title(fmt.Sprintf("Identify, %d bytes, %d keep-alive connections, requests per second", len(answer), identifyClients))
	for i, t := range targets {
		b.line(t.name, "%s   %.2f of the bare handler", rates[i].text("%.0f"), ratios[i].median())
	}
	b.aim(ratios[1].median() >= minIdentify, "Identify at least 0.7 of a bare net/http handler", "%s", ratios[1].text("%.2f"))
	return nil
}

// identifyRequest is a whole HTTP request.
func identifyRequest(host string, authenticated bool) []byte {
	path, authorization := "/wsman-anon/identify", ""
	if authenticated {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth(daemon.User, daemon.Password)
		path, authorization = "/wsman", "Authorization: "+r.Header.Get("Authorization")+"\r\n"
	}
	return []byte("POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + authorization +
		"Content-Type: application/soap+xml;charset=UTF-8\r\nContent-Length: " +
		strconv.Itoa(len(psrpclient.IdentifyEnvelope)) + "\r\n\r\n" + psrpclient.IdentifyEnvelope)
}

// startBare starts the bare handler and returns its address.
func startBare(answer []byte) (address string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	process := exec.Command(self)
	process.Env = append(os.Environ(), asRole(roleServer))
	stdin, err := process.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := process.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := process.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		stdin.Close() // it ends with its input
		process.Wait()
	}
	if _, err := fmt.Fprintf(stdin, "%d\n%s", len(answer), answer); err != nil {
		stop()
		return "", nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, err
	}
	return strings.TrimSpace(line), stop, nil
}

// serveBare answers every request with the same bytes: it reads them, serves,
// and ends when its input does.
func serveBare(in io.Reader, out io.Writer) error {
	r := bufio.NewReader(in)
	var n int
	if _, err := fmt.Fscanf(r, "%d\n", &n); err != nil {
		return err
	}
	answer := make([]byte, n)
	if _, err := io.ReadFull(r, answer); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/soap+xml;charset=UTF-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		w.Write(answer)
	}))
	fmt.Fprintln(out, listener.Addr())
	_, err = io.Copy(io.Discard, r)
	return err
}
