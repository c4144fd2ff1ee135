package replay

import (
	"encoding/hex"
	"regexp"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/winrmd/winrmd/psrp"
)

// ids are what stands in this conversation where something else stood in the
// recorded one. It may be used by several goroutines.
type ids struct {
	mu       sync.Mutex
	texts    map[string]string // GUIDs, by the old one in upper case
	guids    map[psrp.GUID]psrp.GUID
	contexts map[string]string
}

func newIDs() *ids {
	return &ids{texts: map[string]string{}, guids: map[psrp.GUID]psrp.GUID{}, contexts: map[string]string{}}
}

var guidPattern = regexp.MustCompile(`[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}`)

// guidIn is the first GUID in a text, in upper case; "" if there is none.
func guidIn(text string) string { return strings.ToUpper(guidPattern.FindString(text)) }

// newGUID makes one as Windows writes it.
func newGUID() string { return strings.ToUpper(uuid.NewString()) }

// set says what stands for the GUID in an old text: the one in a new text, or
// where there is none all of it.
func (m *ids) set(old, now string) {
	from, to := guidIn(old), guidPattern.FindString(now)
	if from == "" || now == "" {
		return
	}
	if to == "" {
		to = now
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.texts[from] = to
	// Clients write a GUID into messages in either order of bytes.
	a, errA := psrp.ParseGUID(from)
	b, errB := psrp.ParseGUID(to)
	if errA != nil || errB != nil {
		return
	}
	m.guids[a] = b
	m.guids[plainOrder(from)] = plainOrder(to)
}

// plainOrder has the bytes of a GUID in the order in which they are written.
func plainOrder(text string) (g psrp.GUID) {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err == nil {
		copy(g[:], b)
	}
	return g
}

// renew makes a new GUID for one that has none yet.
func (m *ids) renew(old string) {
	from := guidIn(old)
	m.mu.Lock()
	_, known := m.texts[from]
	m.mu.Unlock()
	if !known {
		m.set(from, newGUID())
	}
}

// text puts the new GUIDs into a text.
func (m *ids) text(s string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return guidPattern.ReplaceAllStringFunc(s, func(old string) string {
		if now, ok := m.texts[strings.ToUpper(old)]; ok {
			return now
		}
		return old
	})
}

// knows reports whether the GUID in a recorded text has one that stands for it.
func (m *ids) knows(old string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.texts[guidIn(old)]
	return ok
}

// standsFor reports whether the GUID in a new text stands for a recorded one.
func (m *ids) standsFor(now string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, to := range m.texts {
		if strings.EqualFold(to, guidPattern.FindString(now)) {
			return true
		}
	}
	return false
}

// setGUID says what stands for a GUID in PowerShell's messages.
func (m *ids) setGUID(old, now psrp.GUID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !old.IsZero() {
		m.guids[old] = now
	}
}

// guid is what stands for a GUID in PowerShell's messages.
func (m *ids) guid(old psrp.GUID) psrp.GUID {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now, ok := m.guids[old]; ok {
		return now
	}
	return old
}

func (m *ids) setContext(old, now string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old != "" && now != "" {
		m.contexts[old] = now
	}
}

func (m *ids) context(old string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, ok := m.contexts[old]
	return now, ok
}

// forget lets there be another one for an old GUID.
func (m *ids) forget(old string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.texts, guidIn(old))
}
