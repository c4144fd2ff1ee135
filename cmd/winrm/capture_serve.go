package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/capture"
)

// captureServe is the command line of a server that plays a conversation.
type captureServe struct {
	listen           string
	certificate, key string
	wait             time.Duration
	placeholder      string
	once             bool
}

func captureServeCommand() *cobra.Command {
	s := &captureServe{}
	cmd := &cobra.Command{
		Use:   "serve FILE",
		Short: "Play the server's side of a conversation to a client",
		Long: "Listen for a client and answer each request with the recorded answer to the first one like it that was not\n" +
			"asked yet, with the client's ids and keys in the place of the recorded ones. Whoever logs on with Basic is\n" +
			"let in, and who does not log on, too; messages are not sealed.\n\n" +
			"Exit status when interrupted: 0 if all was asked and nothing else, 1 otherwise.",
		Example: "  winrm capture serve session.yaml --listen 127.0.0.1:5990",
		Args:    exactly(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return s.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&s.listen, "listen", "127.0.0.1:0", "address to listen at")
	f.StringVar(&s.certificate, "listen-certificate", "", "file of a certificate, to listen with TLS")
	f.StringVar(&s.key, "listen-key", "", "file of its key")
	f.DurationVar(&s.wait, "wait", 0, "how long a Receive waits for which there is nothing (default its OperationTimeout)")
	f.StringVar(&s.placeholder, "secure-string", replay.DefaultPlaceholder, "what is sent in the place of recorded SecureStrings")
	f.BoolVar(&s.once, "once", false, "end when everything was asked")
	return cmd
}

func (s *captureServe) run(cmd *cobra.Command, name string) error {
	conversation, err := capture.ReadFile(name)
	if err != nil {
		return err
	}
	player := replay.NewPlayer(conversation)
	player.Wait, player.Placeholder = s.wait, s.placeholder
	ctx, end := context.WithCancel(cmd.Context())
	defer end()
	cmd.SetContext(ctx)
	server := &http.Server{
		Handler: &playerHandler{player: player, log: newDiscard(), answered: func() {
			if asked, of, _ := player.Asked(); s.once && asked == of {
				end()
			}
		}},
		ReadHeaderTimeout: 20 * time.Second,
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return auth.WithConnection(ctx, new(auth.Connection))
		},
	}
	if err := serveUntilInterrupted(cmd, server, s.listen, s.certificate, s.key); err != nil {
		return err
	}
	asked, of, unknown := player.Asked()
	for _, u := range unknown {
		fmt.Fprintln(cmd.OutOrStdout(), "not in the recording:", oneLine(u))
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d of %d exchanges asked, %d others\n", asked, of, len(unknown))
	if asked != of || len(unknown) > 0 {
		return &differs{of - asked + len(unknown)}
	}
	return nil
}

func newDiscard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// playerHandler is a Player behind HTTP.
type playerHandler struct {
	player   *replay.Player
	log      *slog.Logger
	answered func()
}

// ServeHTTP implements http.Handler.
func (h *playerHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, capture.MaxBody))
	if err != nil {
		http.Error(w, "the request could not be read", http.StatusBadRequest)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if len(body) == 0 {
		w.Header().Set("WWW-Authenticate", `Basic realm="WSMAN"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	text, charset, err := wsman.DecodeBody(r.Header.Get("Content-Type"), body)
	if err != nil {
		http.Error(w, "the request is no SOAP message in clear", http.StatusUnsupportedMediaType)
		return
	}
	timeout := time.Minute
	if request, _ := wsman.ParseRequest(text, wsman.Limits{MaxEnvelopeSize: capture.MaxBody}); request.Header.OperationTimeout > 0 {
		timeout = request.Header.OperationTimeout
	}
	answer, status, err := h.player.RoundTrip(r.Context(), text, timeout)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", charset.ContentType())
	w.Header().Set("Server", "Microsoft-HTTPAPI/2.0")
	w.WriteHeader(status)
	if _, err := w.Write(wsman.EncodeBody(charset, answer)); err != nil {
		h.log.Debug("answer not written", "error", err)
	}
	h.answered()
}
