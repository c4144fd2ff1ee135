package audit

import (
	"context"
	"log/slog"
	"strconv"
)

// Log is a Recorder that writes each Record as one line of a logger, with the
// message "audit".
type Log struct{ handler slog.Handler }

// NewLog makes one. All records have level INFO.
func NewLog(logger *slog.Logger) *Log { return &Log{logger.Handler()} }

// Record implements Recorder. The line has the time of the record.
func (l *Log) Record(r Record) {
	if !l.handler.Enabled(context.Background(), slog.LevelInfo) {
		return
	}
	line := slog.NewRecord(r.Time, slog.LevelInfo, "audit", 0)
	source, port := "", ""
	if r.Source.IsValid() {
		source, port = r.Source.String(), strconv.Itoa(int(r.Port))
	}
	line.AddAttrs(
		slog.String("event", string(r.Event)), slog.String("source", source), slog.String("port", port),
		slog.String("scheme", r.Scheme), slog.String("user", r.User),
		slog.Uint64("connection", r.Connection), slog.String("reason", r.Reason),
	)
	if r.Err != nil {
		line.AddAttrs(slog.String("error", r.Err.Error()))
	}
	_ = l.handler.Handle(context.Background(), line) // there is nobody to tell
}
