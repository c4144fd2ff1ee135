package kerberos

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/jcmturner/gokrb5/v8/keytab"
)

// keytabFile is a keytab that is read again when it changes.
type keytabFile struct {
	path string

	mu      sync.Mutex
	info    os.FileInfo // as of the last reading
	entries []keytabEntry
}

// keytabEntry is a service's key.
type keytabEntry struct {
	service Principal
	version uint32
	key     Key
}

// load returns the entries, whose slice is not changed later. A keytab that
// cannot be read is an error, also where it could be before: keys that were
// taken away must not work on.
func (k *keytabFile) load() ([]keytabEntry, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	info, err := os.Stat(k.path)
	if err != nil {
		return nil, fmt.Errorf("keytab: %w", err)
	}
	if k.info != nil && os.SameFile(info, k.info) && info.ModTime().Equal(k.info.ModTime()) && info.Size() == k.info.Size() {
		return k.entries, nil
	}
	k.info = nil // a failed reading is tried again
	entries, err := readKeytab(k.path)
	if err != nil {
		return nil, err
	}
	k.info, k.entries = info, entries
	return entries, nil
}

func readKeytab(path string) ([]keytabEntry, error) {
	kt, err := keytab.Load(path)
	if err != nil {
		// gokrb5's errors may have the file's bytes in them.
		if _, readErr := os.ReadFile(path); readErr != nil {
			return nil, fmt.Errorf("keytab: %w", readErr)
		}
		return nil, fmt.Errorf("keytab %s: %w", path, ErrMalformed)
	}
	var entries []keytabEntry
	for _, e := range kt.Entries {
		entry := keytabEntry{
			service: Principal{Type: e.Principal.NameType, Name: e.Principal.Components, Realm: e.Principal.Realm},
			version: e.KVNO,
			key:     Key{Type: EncryptionType(e.Key.KeyType), Value: e.Key.KeyValue},
		}
		// Types that are not known are no error: keytabs often have old ones.
		if entry.key.check() == nil && len(entry.service.Name) > 0 {
			entries = append(entries, entry)
		}
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("keytab %s: %w: it has no key of a known type", path, ErrNoKey)
	}
	return entries, nil
}

// serves reports whether an entry is for the service that a ticket names. Active
// Directory does not mind the case of names (MS-KILE section 3.1.5.11), and
// clients may put a port behind the host (WinRM's IncludePortInSPN), which is
// no part of a principal in a keytab.
func (e keytabEntry) serves(service Principal) bool {
	return e.service.Realm == service.Realm && sameService(e.service.Name, service.Name)
}

func sameService(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !strings.EqualFold(a[i], b[i]) && (i == 0 || !strings.EqualFold(a[i], withoutPort(b[i]))) {
			return false
		}
	}
	return true
}

// withoutPort cuts a decimal port off a host.
func withoutPort(host string) string {
	name, port, ok := strings.Cut(host, ":")
	if !ok || port == "" || strings.Trim(port, "0123456789") != "" {
		return host
	}
	return name
}
